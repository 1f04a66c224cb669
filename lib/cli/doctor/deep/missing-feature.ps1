param($Params)
$features = @(Get-WindowsFeature -Name 'Chancery-Doctor-No-Such-Feature' -ErrorAction Stop)
[pscustomobject]@{
    found = $features.Count
}
