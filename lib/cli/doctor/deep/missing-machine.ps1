param($Params)
$machine = Get-VM -Id '00000000-0000-4000-8000-000000000000' -ErrorAction Stop
[pscustomobject]@{
    name = $machine.Name
}
