param($Params)
$switch = Get-VMSwitch -Name 'chancery-doctor-no-such-switch' -ErrorAction Stop
[pscustomobject]@{
    name = $switch.Name
}
