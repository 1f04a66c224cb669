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
$drive = Get-VMDvdDrive -VM $vm -ErrorAction Stop | Sort-Object -Property 'ControllerNumber', 'ControllerLocation' | Select-Object -First 1
Set-VMDvdDrive -VMDvdDrive $drive -Path $Params.path -ErrorAction Stop
