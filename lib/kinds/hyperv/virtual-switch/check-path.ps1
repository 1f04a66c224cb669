param($Params)
# sshd sets "clientAddress clientPort serverAddress serverPort".
$fields = @()
if ($null -ne $env:SSH_CONNECTION) {
    $fields = @($env:SSH_CONNECTION.Split(' '))
}
if ($fields.Count -ne 4) {
    $reason = New-Object InvalidOperationException 'The host does not say which address carries the session'
    throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.ManagementPathUnknown', 'InvalidOperation', $null)
}
$address = Get-NetIPAddress -IPAddress $fields[2] -ErrorAction Stop
$carrier = Get-NetAdapter -InterfaceIndex $address.InterfaceIndex -IncludeHidden -ErrorAction Stop
$cards = @($carrier.Name)
$name = $null
foreach ($port in @(Get-VMNetworkAdapter -ManagementOS -ErrorAction Stop)) {
    if ($port.DeviceId -eq $carrier.DeviceID) {
        $name = $port.SwitchName
    }
}
if ($null -ne $name) {
    $switch = Get-VMSwitch -ErrorAction Stop | Where-Object { $_.Name -eq $name }
    $cards = @(Get-NetAdapter -ErrorAction Stop | Where-Object { $switch.NetAdapterInterfaceDescriptions -contains $_.InterfaceDescription } | ForEach-Object { $_.Name })
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
