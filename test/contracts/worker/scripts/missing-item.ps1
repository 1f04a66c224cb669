param($Params)
$null = Get-Item -LiteralPath $Params.path -ErrorAction Stop
