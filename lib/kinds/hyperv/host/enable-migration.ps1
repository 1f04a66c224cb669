param($Params)
Enable-VMMigration -ErrorAction Stop
