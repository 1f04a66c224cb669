param($Params)
# Disks of machines, also of running ones: their type and identity, and the files below a checkpoint.
$drives = @(Get-VM -ErrorAction Stop | Sort-Object -Property Id | ForEach-Object { Get-VMHardDiskDrive -VM $_ -ErrorAction Stop } | Where-Object { -not [string]::IsNullOrEmpty($_.Path) } | Select-Object -First 30)
$disks = @($drives | ForEach-Object { Get-VHD -Path $_.Path -ErrorAction Stop })
$chains = @($drives | Where-Object { $_.Path -like '*.avhd*' } | ForEach-Object {
    $path = $_.Path
    $length = 0
    while ($path -like '*.avhd*' -and $length -lt 50) {
        $path = (Get-VHD -Path $path -ErrorAction Stop).ParentPath
        $length += 1
    }
    [pscustomobject]@{
        length = $length
        endsIn = [IO.Path]::GetExtension($path).ToLowerInvariant()
    }
})
[pscustomobject]@{
    drives = $drives.Count
    controllers = @($drives | ForEach-Object { $_.ControllerType.ToString() } | Sort-Object -Unique)
    types = @($disks | ForEach-Object { $_.VhdType.ToString() } | Sort-Object -Unique)
    otherIds = @($disks | Where-Object { $_.DiskIdentifier -notmatch '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' }).Count
    chains = $chains
}
