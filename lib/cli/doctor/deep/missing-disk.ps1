param($Params)
$disk = Get-VHD -Path 'C:\chancery-doctor-no-such-disk.vhdx' -ErrorAction Stop
[pscustomobject]@{
    path = $disk.Path
}
