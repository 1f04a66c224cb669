param($Params)
$item = $null
try {
    $item = Get-Item -LiteralPath $Params.path -Force -ErrorAction Stop
} catch {
    if ($_.FullyQualifiedErrorId -notlike 'PathNotFound,*') { throw }
}
if ($null -ne $item) {
    $length = $null
    $sha256 = $null
    if (-not $item.PSIsContainer) {
        $hash = Get-FileHash -LiteralPath $Params.path -Algorithm SHA256 -ErrorAction Stop
        $length = $item.Length
        $sha256 = $hash.Hash.ToLowerInvariant()
    }
    [pscustomobject]@{
        path = $Params.path
        length = $length
        sha256 = $sha256
    }
}
