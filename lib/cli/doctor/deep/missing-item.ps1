param($Params)
$item = Get-Item -LiteralPath 'C:\chancery-doctor-no-such-file' -Force -ErrorAction Stop
[pscustomobject]@{
    name = $item.Name
}
