param($Params)
$switch = Get-VMSwitch -Id $Params.id -ErrorAction Stop
Set-VMSwitch -VMSwitch $switch -AllowManagementOS $Params.allow -ErrorAction Stop
# Windows adds and removes the host's own port in the background: at most 30 s until it is done.
foreach ($second in 1..30) {
    $ports = @(Get-VMNetworkAdapter -ManagementOS -ErrorAction Stop | Where-Object { $_.SwitchId -eq $switch.Id })
    if (($ports.Count -gt 0) -eq $Params.allow) {
        break
    }
    Start-Sleep -Seconds 1
}
