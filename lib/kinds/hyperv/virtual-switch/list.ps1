param($Params)
$all = @(Get-VMSwitch -ErrorAction Stop | Sort-Object -Property 'Name', 'Id')
$cards = @(Get-NetAdapter -ErrorAction Stop)
$things = @()
foreach ($switch in $all) {
    $names = @()
    if ($switch.SwitchType.ToString() -eq 'External') {
        $names = @($cards | Where-Object { $switch.NetAdapterInterfaceDescriptions -contains $_.InterfaceDescription } | ForEach-Object { $_.Name } | Sort-Object)
    }
    $namesakes = @($all | Where-Object { $_.Name -eq $switch.Name -and $_.Id -ne $switch.Id } | Sort-Object -Property Id | ForEach-Object { $_.Id.ToString() })
    $things += [pscustomobject]@{
        id = $switch.Id.ToString()
        name = $switch.Name
        type = $switch.SwitchType.ToString()
        adapters = $names
        teamed = $switch.EmbeddedTeamingEnabled
        allowManagementOs = $switch.AllowManagementOS
        notes = [string]$switch.Notes
        namesakes = $namesakes
    }
}
[pscustomobject]@{
    things = $things
}
