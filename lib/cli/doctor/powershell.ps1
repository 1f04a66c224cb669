param($Params)
[pscustomobject]@{
    version = $PSVersionTable.PSVersion.ToString()
    time = [DateTime]::UtcNow.ToString('o')
}
