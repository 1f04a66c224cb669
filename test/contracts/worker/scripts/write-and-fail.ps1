param($Params)
[IO.File]::WriteAllText($Params.path, $Params.content)
Write-Warning 'written, then failing'
throw (New-Object Management.Automation.ErrorRecord (New-Object InvalidOperationException 'It broke'), 'Contract.Broke', 'InvalidResult', $null)
