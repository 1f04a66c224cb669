param($Params)
# Each port of the host on a switch is a network card of the same DeviceId.
$cards = @(Get-NetAdapter -IncludeHidden -ErrorAction Stop)
$ports = @(Get-VMNetworkAdapter -ManagementOS -ErrorAction Stop | Sort-Object -Property Name | ForEach-Object {
    $port = $_
    $same = @($cards | Where-Object { $_.DeviceID -eq $port.DeviceId })
    [pscustomobject]@{
        cards = $same.Count
        virtual = @($same | Where-Object { $_.Virtual }).Count
    }
})
[pscustomobject]@{
    ports = $ports
}
