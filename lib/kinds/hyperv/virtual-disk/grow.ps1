param($Params)
$disk = Get-VHD -Path $Params.path -ErrorAction Stop
if ($disk.Size -lt $Params.sizeBytes) {
    Resize-VHD -Path $Params.path -SizeBytes $Params.sizeBytes -ErrorAction Stop
}
