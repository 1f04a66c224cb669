param($Params)
$switch = Get-VMSwitch -Id $Params.id -ErrorAction Stop
Set-VMSwitch -VMSwitch $switch -SwitchType $Params.type -ErrorAction Stop
