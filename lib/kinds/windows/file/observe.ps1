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
        $length = $item.Length
        $sha256 = ''
        if ($null -ne $Params.digestKey) {
            if ($Params.digestKey -ne '' -and $length -le 67108864) {
                $hmac = New-Object Security.Cryptography.HMACSHA256 (, [Convert]::FromBase64String($Params.digestKey))
                $sha256 = 'hmac:' + [Convert]::ToBase64String($hmac.ComputeHash([IO.File]::ReadAllBytes($Params.path)))
            }
        } elseif ($null -eq $Params.size -or $length -eq $Params.size -or $length -le 67108864) {
            $hash = Get-FileHash -LiteralPath $Params.path -Algorithm SHA256 -ErrorAction Stop
            $sha256 = $hash.Hash.ToLowerInvariant()
        }
    }
    [pscustomobject]@{
        path = $Params.path
        length = $length
        sha256 = $sha256
    }
}
