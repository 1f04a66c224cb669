param($Params)
# The shutdown begins at once, so the answer may be lost: the time of the last start says what happened.
Restart-Computer -Force -ErrorAction Stop
