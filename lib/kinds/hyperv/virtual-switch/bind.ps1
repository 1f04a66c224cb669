param($Params)
$switch = Get-VMSwitch -Id $Params.id -ErrorAction Stop
$set = @{ VMSwitch = $switch; NetAdapterName = $Params.adapter; ErrorAction = 'Stop' }
if ($null -ne $Params.allowManagementOs) {
    $set.AllowManagementOS = $Params.allowManagementOs
}
Set-VMSwitch @set
