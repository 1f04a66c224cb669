param($Params)
$note = $Params.path + '.chancery'
if ([IO.File]::Exists($Params.path)) {
    $disk = Get-VHD -Path $Params.path -ErrorAction Stop
    $made = ''
    if ([IO.File]::Exists($note)) {
        $made = [IO.File]::ReadAllText($note)
    }
    if ($made -ne $disk.DiskIdentifier -or $disk.DiskIdentifier -ne $Params.diskId) {
        $reason = New-Object InvalidOperationException ('This disk was not made here: ' + $Params.path)
        throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotMadeHere', 'InvalidOperation', $Params.path)
    }
    Remove-Item -LiteralPath $Params.path -Force -ErrorAction Stop
}
[IO.File]::Delete($note)
