param($Params)
$install = @{ Name = $Params.name; ErrorAction = 'Stop' }
if ($Params.includeManagementTools) {
    $install.IncludeManagementTools = $true
}
if ($null -ne $Params.source) {
    $install.Source = $Params.source
}
$result = Install-WindowsFeature @install
if (-not $result.Success) {
    $reason = New-Object InvalidOperationException ('Windows did not install ' + $Params.name)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.FeatureFailed', 'InvalidOperation', $Params.name)
}
