param($Params)
$server = Get-VMHost -ErrorAction Stop
[pscustomobject]@{
    virtualMachinePath = $server.VirtualMachinePath
}
