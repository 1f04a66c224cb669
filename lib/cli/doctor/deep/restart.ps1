param($Params)
$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$path = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
$pending = $path + '\RebootPending'
[pscustomobject]@{
    started = $system.LastBootUpTime.ToFileTimeUtc().ToString()
    servicing = Test-Path -LiteralPath $path -ErrorAction Stop
    pending = Test-Path -LiteralPath $pending -ErrorAction Stop
}
