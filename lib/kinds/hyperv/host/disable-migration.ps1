param($Params)
Disable-VMMigration -ErrorAction Stop
