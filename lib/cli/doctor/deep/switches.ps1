param($Params)
$descriptions = @(Get-NetAdapter -IncludeHidden -ErrorAction Stop | ForEach-Object { $_.InterfaceDescription })
$switches = @(Get-VMSwitch -ErrorAction Stop | Sort-Object -Property Name | ForEach-Object {
    $bound = @($_.NetAdapterInterfaceDescriptions | Where-Object { $null -ne $_ })
    [pscustomobject]@{
        type = $_.SwitchType.ToString()
        shared = $_.AllowManagementOS
        teamed = $_.EmbeddedTeamingEnabled
        bound = $bound.Count
        known = @($bound | Where-Object { $descriptions -contains $_ }).Count
        id = $_.Id.ToString() -match '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    }
})
[pscustomobject]@{
    switches = $switches
}
