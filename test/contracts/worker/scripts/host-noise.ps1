param($Params)
Write-Host 'noise on the way'
[pscustomobject]@{ quiet = $false }
