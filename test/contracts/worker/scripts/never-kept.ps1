param($Params)
[pscustomobject]@{ path = $Params.path; kept = $false }
