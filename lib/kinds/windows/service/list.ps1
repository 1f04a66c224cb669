param($Params)
$all = @(Get-Service -ErrorAction Stop | Sort-Object -Property 'Name')
$things = @()
foreach ($service in $all) {
    $path = 'HKLM:\SYSTEM\CurrentControlSet\Services\' + $service.Name
    $key = Get-ItemProperty -LiteralPath $path -ErrorAction Stop
    $delayed = $key.PSObject.Properties['DelayedAutostart']
    $things += [pscustomobject]@{
        name = $service.Name
        startType = $service.StartType.ToString()
        delayed = ($null -ne $delayed -and $delayed.Value -eq 1)
        status = $service.Status.ToString()
    }
}
[pscustomobject]@{
    things = $things
}
