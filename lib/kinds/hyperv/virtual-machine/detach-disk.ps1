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
Get-VMHardDiskDrive -VM $vm -ErrorAction Stop | Where-Object { $_.ControllerType.ToString() -eq $Params.controller -and $_.ControllerNumber -eq $Params.number -and $_.ControllerLocation -eq $Params.location } | ForEach-Object {
    Remove-VMHardDiskDrive -VMHardDiskDrive $_ -ErrorAction Stop
}
