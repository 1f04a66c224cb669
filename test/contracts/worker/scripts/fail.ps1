param($Params)
throw (New-Object Management.Automation.ErrorRecord (New-Object InvalidOperationException 'It is locked'), 'Contract.Locked', 'ResourceUnavailable', $Params.path)
