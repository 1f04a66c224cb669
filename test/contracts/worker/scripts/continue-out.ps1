param($Params)
continue
