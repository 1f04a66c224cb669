param($Params)
$all = @(Get-VM -ErrorAction Stop)
$adapters = @($all | ForEach-Object { Get-VMNetworkAdapter -VM $_ -ErrorAction Stop })
$names = @($all | ForEach-Object { $_.Name } | Sort-Object -Unique)
[pscustomobject]@{
    machines = $all.Count
    names = $names.Count
    generations = @($all | ForEach-Object { $_.Generation } | Sort-Object -Unique)
    states = @($all | ForEach-Object { $_.State.ToString() } | Sort-Object -Unique)
    startActions = @($all | ForEach-Object { $_.AutomaticStartAction.ToString() } | Sort-Object -Unique)
    stopActions = @($all | ForEach-Object { $_.AutomaticStopAction.ToString() } | Sort-Object -Unique)
    checkpointTypes = @($all | ForEach-Object { $_.CheckpointType.ToString() } | Sort-Object -Unique)
    adapters = $adapters.Count
    otherMacs = @($adapters | Where-Object { $_.MacAddress -notmatch '^[0-9A-F]{12}$' }).Count
    otherIds = @($adapters | Where-Object { $_.Id -notmatch '^Microsoft:[0-9A-Fa-f-]{36}\\[0-9A-Fa-f-]{36}$' }).Count
    otherVlans = @($adapters | Where-Object { $_.VlanSetting.AccessVlanId -isnot [int] }).Count
    vlanModes = @($adapters | ForEach-Object { $_.VlanSetting.OperationMode.ToString() } | Sort-Object -Unique)
}
