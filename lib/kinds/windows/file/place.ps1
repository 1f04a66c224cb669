param($Params)
$path = $Params.path
if ([IO.Directory]::Exists($path)) {
    $reason = New-Object InvalidOperationException ('A folder is there: ' + $path)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.FolderThere', 'InvalidOperation', $path)
}
$content = $env:ProgramData + '\Chancery\content\' + $Params.sha256
if (-not [IO.File]::Exists($content)) {
    $reason = New-Object InvalidOperationException ('The content is not in the store of the host: ' + $content)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotYet', 'InvalidOperation', $content)
}
$drive = $path.Substring(0, 2)
$disk = Get-CimInstance -ClassName Win32_LogicalDisk -ErrorAction Stop | Where-Object { $_.DeviceID -eq $drive }
if ($null -ne $disk -and $disk.FreeSpace -lt $Params.size) {
    $reason = New-Object InvalidOperationException ($drive + ' has too little room for ' + $path + ': ' + [string]$Params.size + ' bytes are needed, ' + [string]$disk.FreeSpace + ' are free')
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NoSpace', 'ResourceUnavailable', $path)
}
# Copied beside the target first: a crash or a full disk leaves the old file whole, and the move is within one volume.
$null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path))
$part = $path + '.chancery'
[IO.File]::Copy($content, $part, $true)
$hash = Get-FileHash -LiteralPath $part -Algorithm SHA256 -ErrorAction Stop
if ($hash.Hash -ne $Params.sha256) {
    [IO.File]::Delete($part)
    $reason = New-Object InvalidOperationException ('The content in the store of the host has SHA-256 ' + $hash.Hash.ToLowerInvariant() + ', expected ' + $Params.sha256 + ': the next delivery replaces it: ' + $content)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.HashDiffers', 'InvalidData', $content)
}
try {
    if ([IO.File]::Exists($path)) {
        [IO.File]::Replace($part, $path, [NullString]::Value)
    } else {
        [IO.File]::Move($part, $path)
    }
} catch {
    [IO.File]::Delete($part)
    if ($_.FullyQualifiedErrorId -notin 'IOException', 'UnauthorizedAccessException') { throw }
    $reason = New-Object InvalidOperationException ('A program has the file open, or it is write-protected; it is as it was, and the new content waits in the store of the host: ' + $path + ' (' + $_.Exception.Message + ')')
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.TargetInUse', 'ResourceBusy', $path)
}
