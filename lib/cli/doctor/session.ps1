param($Params)
$connection = $env:SSH_CONNECTION
if ($null -ne $connection) {
    $server = $connection.Split(' ')[2]
    $address = Get-NetIPAddress -IPAddress $server -ErrorAction Stop
    $adapter = Get-NetAdapter -InterfaceIndex $address.InterfaceIndex -ErrorAction Stop
    [pscustomobject]@{
        address = $server
        adapter = $adapter.Name
    }
}
