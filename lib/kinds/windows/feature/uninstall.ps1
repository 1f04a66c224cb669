param($Params)
$result = Uninstall-WindowsFeature -Name $Params.name -ErrorAction Stop
if (-not $result.Success) {
    $reason = New-Object InvalidOperationException ('Windows did not uninstall ' + $Params.name)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.FeatureFailed', 'InvalidOperation', $Params.name)
}
