param($Params)
'only a text'
