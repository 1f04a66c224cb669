param($Params)
$item = $null
try {
    $item = Get-Item -LiteralPath $Params.path -Force -ErrorAction Stop
} catch {
    if ($_.FullyQualifiedErrorId -notlike 'PathNotFound,*') { throw }
}
if ($null -ne $item) {
    $disk = Get-VHD -Path $Params.path -ErrorAction Stop
    $note = $Params.path + '.chancery'
    $created = $false
    if ([IO.File]::Exists($note)) {
        $created = [IO.File]::ReadAllText($note) -eq $disk.DiskIdentifier
    }
    [pscustomobject]@{
        path = $Params.path
        type = $disk.VhdType.ToString()
        sizeBytes = $disk.Size
        blockSizeBytes = $disk.BlockSize
        diskId = $disk.DiskIdentifier
        created = $created
    }
} elseif ($null -ne $Params.source -and -not [IO.File]::Exists($Params.source)) {
    $reason = New-Object InvalidOperationException ('The image is not on the host yet: ' + $Params.source)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotYet', 'InvalidOperation', $Params.source)
}
