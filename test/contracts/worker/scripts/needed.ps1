param($Params)
[pscustomobject]@{ arrived = $true }
