param($Params)
$service = Get-Service -Name 'chancery-doctor-no-such-service' -ErrorAction Stop
[pscustomobject]@{
    name = $service.Name
}
