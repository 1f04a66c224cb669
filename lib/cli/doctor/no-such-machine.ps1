param($Params)
$machine = Get-VM -Id $Params.id -ErrorAction Stop
[pscustomobject]@{
    name = $machine.Name
}
