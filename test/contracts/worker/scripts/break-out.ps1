param($Params)
break
