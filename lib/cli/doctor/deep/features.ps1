param($Params)
$all = @(Get-WindowsFeature -ErrorAction Stop)
[pscustomobject]@{
    features = $all.Count
    states = @($all | ForEach-Object { $_.InstallState.ToString() } | Sort-Object -Unique)
}
