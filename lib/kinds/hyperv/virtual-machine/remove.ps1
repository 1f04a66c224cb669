param($Params)
$same = @(Get-VM -ErrorAction Stop | Where-Object { $_.Id.ToString() -eq $Params.id })
if ($same.Count -gt 0) {
    if ($same[0].State.ToString() -ne 'Off') {
        $reason = New-Object InvalidOperationException ('The machine is ' + $same[0].State.ToString() + ': ' + $same[0].Name)
        throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.StillRunning', 'InvalidOperation', $same[0].Name)
    }
    Remove-VM -VM $same[0] -Force -ErrorAction Stop
}
