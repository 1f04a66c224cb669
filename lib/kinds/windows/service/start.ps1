param($Params)
Start-Service -Name $Params.name -ErrorAction Stop
