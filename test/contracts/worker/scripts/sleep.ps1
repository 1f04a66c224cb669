param($Params)
Start-Sleep -Seconds 30
