param($Params)
[pscustomobject]@{
    mode = $ExecutionContext.SessionState.LanguageMode.ToString()
}
