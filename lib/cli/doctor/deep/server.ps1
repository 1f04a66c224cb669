param($Params)
$server = Get-VMHost -ErrorAction Stop
[pscustomobject]@{
    virtualMachinePath = $server.VirtualMachinePath
    migrationAuthentication = $server.VirtualMachineMigrationAuthenticationType.ToString()
    migrationPerformance = $server.VirtualMachineMigrationPerformanceOption.ToString()
}
