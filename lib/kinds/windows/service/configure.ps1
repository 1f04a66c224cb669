param($Params)
Set-Service -Name $Params.name -StartupType $Params.startType -ErrorAction Stop
# Set-Service of Windows PowerShell 5.1 knows no delayed start: the flag lies in the registry, and Windows reads it when it starts.
$flag = 0
if ($Params.delayed) {
    $flag = 1
}
$path = 'HKLM:\SYSTEM\CurrentControlSet\Services\' + $Params.name
Set-ItemProperty -LiteralPath $path -Name 'DelayedAutostart' -Value $flag -Type DWord -ErrorAction Stop
