param($Params)
$machine = Get-VM -Name 'chancery-doctor-no-such-machine' -ErrorAction Stop
[pscustomobject]@{
    name = $machine.Name
}
