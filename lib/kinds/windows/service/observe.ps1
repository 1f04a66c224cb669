param($Params)
$service = $null
try {
    $service = Get-Service -Name $Params.name -ErrorAction Stop
} catch {
    if ($_.FullyQualifiedErrorId -notlike 'NoServiceFoundForGivenName,*') { throw }
}
if ($null -ne $service) {
    $path = 'HKLM:\SYSTEM\CurrentControlSet\Services\' + $service.Name
    $key = Get-ItemProperty -LiteralPath $path -ErrorAction Stop
    $delayed = $key.PSObject.Properties['DelayedAutostart']
    [pscustomobject]@{
        name = $service.Name
        startType = $service.StartType.ToString()
        delayed = ($null -ne $delayed -and $delayed.Value -eq 1)
        status = $service.Status.ToString()
    }
}
