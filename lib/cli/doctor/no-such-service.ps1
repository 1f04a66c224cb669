param($Params)
$service = Get-Service -Name $Params.name -ErrorAction Stop
[pscustomobject]@{
    name = $service.Name
}
