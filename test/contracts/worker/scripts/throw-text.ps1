param($Params)
throw 'plain words'
