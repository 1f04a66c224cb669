param($Params)
$path = $Params.path
if ([IO.Directory]::Exists($path)) {
    $reason = New-Object InvalidOperationException ('A folder is there: ' + $path)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.FolderThere', 'InvalidOperation', $path)
}
$encoding = New-Object Text.UTF8Encoding $false
if ($Params.encoding -eq 'utf8-bom') {
    $encoding = New-Object Text.UTF8Encoding $true
}
if ($Params.encoding -eq 'ascii') {
    $encoding = New-Object Text.ASCIIEncoding
}
if ($Params.encoding -eq 'utf16le') {
    $encoding = New-Object Text.UnicodeEncoding $false, $true
}
$folder = [IO.Path]::GetDirectoryName($path)
$null = [IO.Directory]::CreateDirectory($folder)
$part = $path + '.chancery'
[IO.File]::WriteAllText($part, $Params.content, $encoding)
if ([IO.File]::Exists($path)) {
    [IO.File]::Replace($part, $path, [NullString]::Value)
} else {
    [IO.File]::Move($part, $path)
}
