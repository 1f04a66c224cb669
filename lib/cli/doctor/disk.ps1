param($Params)
$disk = Get-CimInstance -ClassName Win32_LogicalDisk -ErrorAction Stop | Where-Object { $_.DeviceID -eq $env:SystemDrive }
[pscustomobject]@{
    drive = $disk.DeviceID
    size = $disk.Size
    free = $disk.FreeSpace
}
