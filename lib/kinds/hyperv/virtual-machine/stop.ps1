param($Params)
if ($null -ne $Params.id) {
    $vm = Get-VM -Id $Params.id -ErrorAction Stop
} else {
    $same = @(Get-VM -ErrorAction Stop | Where-Object { $_.Name -eq $Params.name })
    if ($same.Count -ne 1) {
        $reason = New-Object InvalidOperationException ('Expected one machine of this name, found ' + $same.Count + ': ' + $Params.name)
        throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.NotOneMachine', 'InvalidOperation', $Params.name)
    }
    $vm = $same[0]
}
if ($vm.State.ToString() -eq 'Running') {
    # As a job, because a guest that does not answer holds the call for ever. It is never turned off hard.
    $job = Stop-VM -VM $vm -Force -AsJob -ErrorAction Stop
    $waited = 0
    $state = 'Running'
    while ($state -ne 'Off' -and $waited -lt $Params.limitSeconds -and $job.State.ToString() -ne 'Failed') {
        Start-Sleep -Seconds 2
        $waited = $waited + 2
        $state = (Get-VM -Id $vm.Id -ErrorAction Stop).State.ToString()
    }
    if ($state -ne 'Off') {
        $reason = New-Object InvalidOperationException ('The guest did not shut down within ' + $waited + ' s and is ' + $state + ': ' + $vm.Name)
        throw (New-Object Management.Automation.ErrorRecord $reason, 'Chancery.StillRunning', 'OperationTimeout', $vm.Name)
    }
}
