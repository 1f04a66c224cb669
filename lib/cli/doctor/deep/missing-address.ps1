param($Params)
# An address that is kept for documentation and belongs to no host.
$address = Get-NetIPAddress -IPAddress '192.0.2.77' -ErrorAction Stop
[pscustomobject]@{
    index = $address.InterfaceIndex
}
