param($Params)
$cards = @(Get-NetAdapter -IncludeHidden -ErrorAction Stop | Sort-Object -Property Name | ForEach-Object {
    [pscustomobject]@{
        virtual = $_.Virtual
        ofSwitch = $_.InterfaceDescription -like 'Hyper-V Virtual Ethernet Adapter*'
        deviceId = $_.DeviceID -match '^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$'
    }
})
[pscustomobject]@{
    cards = $cards
}
