param($Params)
# More than the two million characters at which some readers of JSON stop.
$text = '{ "a": [' + ('1,' * 1200000) + '1] }'
$read = ConvertFrom-Json -InputObject $text -ErrorAction Stop
[pscustomobject]@{
    characters = $text.Length
    elements = $read.a.Count
}
