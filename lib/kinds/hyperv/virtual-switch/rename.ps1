param($Params)
$switch = Get-VMSwitch -Id $Params.id -ErrorAction Stop
Rename-VMSwitch -VMSwitch $switch -NewName $Params.name -ErrorAction Stop
