param($Params)
if (-not [IO.File]::Exists($Params.path)) {
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Params.path))
    # Made beside it first: a crash leaves no half-made disk under the name.
    $part = [IO.Path]::ChangeExtension($Params.path, '.part.vhdx')
    [IO.File]::Delete($part)
    $new = @{ Path = $part; SizeBytes = $Params.sizeBytes; ErrorAction = 'Stop' }
    if ($Params.fixed) {
        $new.Fixed = $true
    } else {
        $new.Dynamic = $true
    }
    if ($null -ne $Params.blockSizeBytes) {
        $new.BlockSizeBytes = $Params.blockSizeBytes
    }
    $disk = New-VHD @new
    [IO.File]::WriteAllText($Params.path + '.chancery', $disk.DiskIdentifier)
    [IO.File]::Move($part, $Params.path)
}
