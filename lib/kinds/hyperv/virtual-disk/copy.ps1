param($Params)
if (-not [IO.File]::Exists($Params.source)) {
    $reason = New-Object InvalidOperationException ('The image is not on the host yet: ' + $Params.source)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotYet', 'InvalidOperation', $Params.source)
}
if (-not [IO.File]::Exists($Params.path)) {
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Params.path))
    # Copied beside it first: a crash leaves no half-copied disk under the name.
    $part = [IO.Path]::ChangeExtension($Params.path, '.part.vhdx')
    Copy-Item -LiteralPath $Params.source -Destination $part -Force -ErrorAction Stop
    $hash = Get-FileHash -LiteralPath $part -Algorithm SHA256 -ErrorAction Stop
    if ($hash.Hash -ne $Params.sha256) {
        [IO.File]::Delete($part)
        $reason = New-Object InvalidOperationException ('The image ' + $Params.source + ' has SHA-256 ' + $hash.Hash.ToLowerInvariant() + ', expected ' + $Params.sha256)
        throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.HashDiffers', 'InvalidData', $Params.source)
    }
    $disk = Get-VHD -Path $part -ErrorAction Stop
    [IO.File]::WriteAllText($Params.path + '.chancery', $disk.DiskIdentifier)
    [IO.File]::Move($part, $Params.path)
}
