# Put before the command of an SSH session: the session's engine answers out of the simulation. The worker's own store stays where it is.
param([int]$Port)
$programData = $env:ProgramData
. ([IO.Path]::Combine($PSScriptRoot, 'stubs.ps1'))
Connect-Lab $Port
Enter-LabHost (Send-Lab '{"ready":true}')
$env:ProgramData = $programData
