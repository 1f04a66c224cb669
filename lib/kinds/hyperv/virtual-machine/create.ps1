param($Params)
$same = @(Get-VM -ErrorAction Stop | Where-Object { $_.Name -eq $Params.name })
if ($same.Count -eq 0) {
    $new = @{ Name = $Params.name; Generation = $Params.generation; NoVHD = $true; ErrorAction = 'Stop' }
    if ($null -ne $Params.memoryStartupBytes) {
        $new.MemoryStartupBytes = $Params.memoryStartupBytes
    }
    $vm = New-VM @new
    # New-VM adds an adapter, and a DVD drive to generation 1: devices are declared, so both go.
    try {
        Get-VMNetworkAdapter -VM $vm -ErrorAction Stop | ForEach-Object { Remove-VMNetworkAdapter -VMNetworkAdapter $_ -ErrorAction Stop }
        Get-VMDvdDrive -VM $vm -ErrorAction Stop | ForEach-Object { Remove-VMDvdDrive -VMDvdDrive $_ -ErrorAction Stop }
    } catch {
        Remove-VM -VM $vm -Force -ErrorAction Stop
        throw
    }
}
