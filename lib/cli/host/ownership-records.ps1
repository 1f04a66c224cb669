param($Params)
$folder = [IO.Path]::Combine($env:ProgramData, 'Chancery', 'owned')
$records = @()
if ([IO.Directory]::Exists($folder)) {
    foreach ($path in @([IO.Directory]::GetFiles($folder) | Where-Object { $_ -like '*.json' } | Sort-Object)) {
        $records += [pscustomobject]@{
            file = [IO.Path]::GetFileName($path)
            text = [IO.File]::ReadAllText($path)
        }
    }
}
[pscustomobject]@{
    records = $records
}
