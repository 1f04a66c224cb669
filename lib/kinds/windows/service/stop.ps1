param($Params)
Stop-Service -Name $Params.name -ErrorAction Stop
