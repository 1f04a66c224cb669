param($Params)
[pscustomobject]@{ number = 1 }
[pscustomobject]@{ number = 2 }
