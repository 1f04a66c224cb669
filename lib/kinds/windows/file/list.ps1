param($Params)
# A folder gives its files, not those of the folders in it. Contents that a text may have come along, a mebibyte in all.
$paths = @()
foreach ($path in @($Params.below)) {
    $item = Get-Item -LiteralPath $path -Force -ErrorAction Stop
    if ($item.PSIsContainer) {
        $paths += @(Get-ChildItem -LiteralPath $path -Force -ErrorAction Stop | Where-Object { -not $_.PSIsContainer } | ForEach-Object { $_.FullName })
    } else {
        $paths += $item.FullName
    }
}
$left = 1048576
$things = @()
foreach ($path in @($paths | Sort-Object -Unique)) {
    $item = Get-Item -LiteralPath $path -Force -ErrorAction Stop
    $hash = Get-FileHash -LiteralPath $path -Algorithm SHA256 -ErrorAction Stop
    $content = $null
    if ($item.Length -le 262144 -and $item.Length -le $left) {
        $content = [Convert]::ToBase64String([IO.File]::ReadAllBytes($path))
        $left = $left - $item.Length
    }
    $things += [pscustomobject]@{
        path = $path
        length = $item.Length
        sha256 = $hash.Hash.ToLowerInvariant()
        content = $content
    }
}
[pscustomobject]@{
    things = $things
}
