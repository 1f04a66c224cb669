param($Params)
[pscustomobject]@{
    text = $Params.text
    number = $Params.number
    list = @($Params.list)
}
