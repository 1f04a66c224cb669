param($Params)
Write-Warning 'first'
Write-Warning 'second'
