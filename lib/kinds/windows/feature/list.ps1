param($Params)
$all = @(Get-WindowsFeature -ErrorAction Stop | Sort-Object -Property 'Name')
$things = @()
foreach ($feature in $all) {
    $state = $feature.InstallState.ToString()
    if ($state -ne 'Available' -and $state -ne 'Removed') {
        $things += [pscustomobject]@{
            name = $feature.Name
            installState = $state
        }
    }
}
[pscustomobject]@{
    things = $things
}
