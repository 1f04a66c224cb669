param($Params)
# sshd sets "clientAddress clientPort serverAddress serverPort".
$fields = @()
if ($null -ne $env:SSH_CONNECTION) {
    $fields = @($env:SSH_CONNECTION.Split(' '))
}
$name = $null
$cards = @()
if ($fields.Count -eq 4) {
    $address = Get-NetIPAddress -IPAddress $fields[2] -ErrorAction Stop
    $carrier = Get-NetAdapter -InterfaceIndex $address.InterfaceIndex -IncludeHidden -ErrorAction Stop
    if ($carrier.Virtual) {
        $port = Get-VMNetworkAdapter -ManagementOS -ErrorAction Stop | Where-Object { $_.DeviceId -eq $carrier.DeviceID } | Select-Object -First 1
        if ($null -ne $port) {
            $name = $port.SwitchName
            $below = Get-VMSwitch -Id $port.SwitchId -ErrorAction Stop
            $cards = @(Get-NetAdapter -ErrorAction Stop | Where-Object { $below.NetAdapterInterfaceDescriptions -contains $_.InterfaceDescription } | ForEach-Object { $_.Name })
        }
    } else {
        $cards = @($carrier.Name)
    }
}
if ($cards.Count -eq 0) {
    $reason = New-Object InvalidOperationException 'The host does not say which network card carries the session'
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.ManagementPathUnknown', 'InvalidOperation', $null)
}
$hit = $null
if ($null -ne $Params.adapter -and $cards -contains $Params.adapter) {
    $hit = $Params.adapter
}
if ($null -ne $Params.switchName -and $name -eq $Params.switchName) {
    $hit = $Params.switchName
}
if ($null -ne $hit) {
    $reason = New-Object InvalidOperationException ('The session itself runs over ' + $hit)
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.ManagementPath', 'InvalidOperation', $hit)
}
