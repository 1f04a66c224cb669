param($Params)
$switch = Get-VMSwitch -Id $Params.id -ErrorAction Stop
Set-VMSwitch -VMSwitch $switch -Notes $Params.notes -ErrorAction Stop
