param($Params)
$same = @(Get-VMSwitch -ErrorAction Stop | Where-Object { $_.Name -eq $Params.name })
if ($same.Count -eq 0) {
    $new = @{ Name = $Params.name; ErrorAction = 'Stop' }
    if ($null -ne $Params.adapter) {
        $new.NetAdapterName = $Params.adapter
    } else {
        $new.SwitchType = $Params.type
    }
    if ($null -ne $Params.allowManagementOs) {
        $new.AllowManagementOS = $Params.allowManagementOs
    }
    if ($null -ne $Params.notes) {
        $new.Notes = $Params.notes
    }
    $null = New-VMSwitch @new
}
