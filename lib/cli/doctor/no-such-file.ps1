param($Params)
$item = Get-Item -LiteralPath $Params.path -Force -ErrorAction Stop
[pscustomobject]@{
    name = $item.Name
}
