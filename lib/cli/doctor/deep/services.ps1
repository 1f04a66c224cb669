param($Params)
# Whether a service starts delayed is a registry value; what the service manager itself says is the second opinion.
$known = @{}
Get-CimInstance -ClassName Win32_Service -ErrorAction Stop | ForEach-Object { $known[$_.Name] = $_.DelayedAutoStart }
$delayed = 0
$differing = @()
$all = @(Get-Service -ErrorAction Stop | Sort-Object -Property Name)
foreach ($service in $all) {
    if ($known.ContainsKey($service.Name)) {
        $path = 'HKLM:\SYSTEM\CurrentControlSet\Services\' + $service.Name
        $key = Get-ItemProperty -LiteralPath $path -ErrorAction Stop
        $value = $key.PSObject.Properties['DelayedAutostart']
        $set = $null -ne $value -and $value.Value -eq 1
        if ($set) {
            $delayed += 1
        }
        if ($service.StartType.ToString() -eq 'Automatic' -and $set -ne [bool]$known[$service.Name]) {
            $differing += $service.Name
        }
    }
}
[pscustomobject]@{
    services = $all.Count
    delayed = $delayed
    differing = $differing
    startTypes = @($all | ForEach-Object { $_.StartType.ToString() } | Sort-Object -Unique)
    statuses = @($all | ForEach-Object { $_.Status.ToString() } | Sort-Object -Unique)
}
