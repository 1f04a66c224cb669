param($Params)
'one line'
$Params.count
'last'
