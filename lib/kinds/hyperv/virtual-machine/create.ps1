param($Params)
$same = @(Get-VM -ErrorAction Stop | Where-Object { $_.Name -eq $Params.name })
if ($same.Count -eq 0) {
    # Made under another name until it is whole: a process that ends in between leaves no machine that looks wanted.
    $half = $Params.name + '.chancery'
    Get-VM -ErrorAction Stop | Where-Object { $_.Name -eq $half } | ForEach-Object { Remove-VM -VM $_ -Force -ErrorAction Stop }
    $new = @{ Name = $half; Generation = $Params.generation; NoVHD = $true; ErrorAction = 'Stop' }
    if ($null -ne $Params.memoryStartupBytes) {
        $new.MemoryStartupBytes = $Params.memoryStartupBytes
    }
    $vm = New-VM @new
    # New-VM adds an adapter, and a DVD drive to generation 1: devices are declared, so both go.
    try {
        Get-VMNetworkAdapter -VM $vm -ErrorAction Stop | ForEach-Object { Remove-VMNetworkAdapter -VMNetworkAdapter $_ -ErrorAction Stop }
        Get-VMDvdDrive -VM $vm -ErrorAction Stop | ForEach-Object { Remove-VMDvdDrive -VMDvdDrive $_ -ErrorAction Stop }
        Rename-VM -VM $vm -NewName $Params.name -ErrorAction Stop
    } catch {
        Remove-VM -VM $vm -Force -ErrorAction Stop
        throw
    }
}
