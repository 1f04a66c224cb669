param($Params)
$feature = Get-WindowsFeature -Name $Params.name -ErrorAction Stop
if ($null -eq $feature) {
    $reason = New-Object InvalidOperationException ('This Windows has no role or feature named ' + $Params.name)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NoSuchFeature', 'InvalidOperation', $Params.name)
}
$state = $feature.InstallState.ToString()
if ($state -ne 'Available' -and $state -ne 'Removed') {
    [pscustomobject]@{
        name = $feature.Name
        installState = $state
    }
}
