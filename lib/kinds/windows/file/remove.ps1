param($Params)
$path = $Params.path
if ([IO.Directory]::Exists($path)) {
    $reason = New-Object InvalidOperationException ('A folder is there: ' + $path)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.FolderThere', 'InvalidOperation', $path)
}
try {
    Remove-Item -LiteralPath $path -Force -ErrorAction Stop
} catch {
    if ($_.FullyQualifiedErrorId -notlike 'PathNotFound,*') { throw }
}
