param($Params)
if ([IO.File]::Exists($Params.path)) {
    [pscustomobject]@{
        content = [IO.File]::ReadAllText($Params.path)
        list = @('one')
        empty = @()
        none = $null
        yes = $true
    }
}
