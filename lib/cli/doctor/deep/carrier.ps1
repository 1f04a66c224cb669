param($Params)
# The way from the session's address to its network card, and below a switch to the physical one.
if ($null -ne $env:SSH_CONNECTION) {
    $server = @($env:SSH_CONNECTION.Split(' '))[2]
    $address = Get-NetIPAddress -IPAddress $server -ErrorAction Stop
    $card = Get-NetAdapter -InterfaceIndex $address.InterfaceIndex -IncludeHidden -ErrorAction Stop
    $below = @()
    if ($card.Virtual) {
        $port = Get-VMNetworkAdapter -ManagementOS -ErrorAction Stop | Where-Object { $_.DeviceId -eq $card.DeviceID } | Select-Object -First 1
        if ($null -ne $port) {
            $switch = Get-VMSwitch -Id $port.SwitchId -ErrorAction Stop
            $below = @(Get-NetAdapter -ErrorAction Stop | Where-Object { $switch.NetAdapterInterfaceDescriptions -contains $_.InterfaceDescription } | ForEach-Object { $_.Name } | Sort-Object)
        }
    }
    [pscustomobject]@{
        card = $card.Name
        virtual = $card.Virtual
        below = $below
    }
}
