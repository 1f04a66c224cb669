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
$bases = @{}
foreach ($drive in @(Get-VMHardDiskDrive -VM $vm -ErrorAction Stop)) {
    $base = $drive.Path
    while ($base -like '*.avhd*') {
        $base = (Get-VHD -Path $base -ErrorAction Stop).ParentPath
    }
    $bases[$drive.Id] = $base
}
# The call replaces the whole list: what is not named, and what the guest added, comes after.
$firmware = Get-VMFirmware -VM $vm -ErrorAction Stop
$named = @()
$rest = @($firmware.BootOrder)
foreach ($wanted in $Params.order) {
    $later = @()
    foreach ($source in $rest) {
        $entry = 'other'
        if ($null -ne $source.Device) {
            if ($source.BootType.ToString() -eq 'Network') {
                $entry = 'network:' + $source.Device.Name
            } elseif ($bases.ContainsKey($source.Device.Id)) {
                $entry = 'disk:' + $bases[$source.Device.Id]
            } else {
                $entry = 'dvd'
            }
        }
        if ($entry -eq $wanted) {
            $named += $source
        } else {
            $later += $source
        }
    }
    $rest = $later
}
$order = $named + $rest
Set-VMFirmware -VM $vm -BootOrder $order -ErrorAction Stop
