param($Params)
# A boot entry names its device by the Id that the device itself has.
$machines = @(Get-VM -ErrorAction Stop | Where-Object { $_.Generation -eq 2 } | Sort-Object -Property Id)
$entries = @($machines | ForEach-Object {
    $vm = $_
    $ids = @(Get-VMHardDiskDrive -VM $vm -ErrorAction Stop | ForEach-Object { $_.Id })
    $ids += @(Get-VMDvdDrive -VM $vm -ErrorAction Stop | ForEach-Object { $_.Id })
    $ids += @(Get-VMNetworkAdapter -VM $vm -ErrorAction Stop | ForEach-Object { $_.Id })
    $firmware = Get-VMFirmware -VM $vm -ErrorAction Stop
    $firmware.BootOrder | ForEach-Object {
        $known = $false
        if ($null -ne $_.Device) {
            $known = $ids -contains $_.Device.Id
        }
        [pscustomobject]@{
            type = $_.BootType.ToString()
            device = $null -ne $_.Device
            known = $known
        }
    }
})
[pscustomobject]@{
    machines = $machines.Count
    entries = $entries
}
