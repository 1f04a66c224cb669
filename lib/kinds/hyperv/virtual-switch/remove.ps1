param($Params)
$same = @(Get-VMSwitch -ErrorAction Stop | Where-Object { $_.Id.ToString() -eq $Params.id })
if ($same.Count -gt 0) {
    Remove-VMSwitch -VMSwitch $same[0] -Force -ErrorAction Stop
}
