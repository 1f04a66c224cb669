param($Params)
if ($null -ne $Params.id) {
    $vm = Get-VM -Id $Params.id -ErrorAction Stop
} else {
    $same = @(Get-VM -ErrorAction Stop | Where-Object { $_.Name -eq $Params.name })
    if ($same.Count -ne 1) {
        $reason = New-Object InvalidOperationException ('Expected one machine of this name, found ' + $same.Count + ': ' + $Params.name)
        throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotOneMachine', 'InvalidOperation', $Params.name)
    }
    $vm = $same[0]
}
$card = Get-VMNetworkAdapter -VM $vm -ErrorAction Stop | Where-Object { $_.Name -eq $Params.adapter } | Select-Object -First 1
if ($null -eq $card) {
    $new = @{ VM = $vm; Name = $Params.adapter; SwitchName = $Params.switchName; Passthru = $true; ErrorAction = 'Stop' }
    if ($null -ne $Params.mac) {
        $new.StaticMacAddress = $Params.mac
    }
    $card = Add-VMNetworkAdapter @new
}
if ($null -ne $Params.vlan -and $Params.vlan -gt 0) {
    Set-VMNetworkAdapterVlan -VMNetworkAdapter $card -Access -VlanId $Params.vlan -ErrorAction Stop
}
