param($Params)
# What says that a host must restart, and when it last started. Windows Update and pending file renames are not ours to act on.
$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$reasons = @()
if (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending' -ErrorAction Stop) {
    $reasons = @('component-based servicing')
}
[pscustomobject]@{
    started = $system.LastBootUpTime.ToFileTimeUtc().ToString()
    reasons = $reasons
}
