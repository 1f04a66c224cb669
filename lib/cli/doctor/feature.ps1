param($Params)
$feature = Get-WindowsFeature -Name Hyper-V -ErrorAction Stop
[pscustomobject]@{
    name = $feature.Name
    installState = $feature.InstallState.ToString()
}
