param($Params)
$all = @(Get-VMSwitch -ErrorAction Stop)
$same = @($all | Where-Object { $_.Id.ToString() -eq $Params.id })
if ($same.Count -eq 0) {
    $same = @($all | Where-Object { $_.Name -eq $Params.name } | Sort-Object -Property Id)
}
if ($same.Count -gt 0) {
    $switch = $same[0]
    $namesakes = @($same | Select-Object -Skip 1 | ForEach-Object { $_.Id.ToString() })
    $cards = @()
    if ($switch.SwitchType.ToString() -eq 'External') {
        $cards = @(Get-NetAdapter -ErrorAction Stop | Where-Object { $switch.NetAdapterInterfaceDescriptions -contains $_.InterfaceDescription } | ForEach-Object { $_.Name } | Sort-Object)
    }
    [pscustomobject]@{
        id = $switch.Id.ToString()
        name = $switch.Name
        type = $switch.SwitchType.ToString()
        adapters = $cards
        teamed = $switch.EmbeddedTeamingEnabled
        allowManagementOs = $switch.AllowManagementOS
        notes = [string]$switch.Notes
        namesakes = $namesakes
    }
}
