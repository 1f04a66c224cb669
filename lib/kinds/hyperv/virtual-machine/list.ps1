param($Params)
$all = @(Get-VM -ErrorAction Stop | Sort-Object -Property 'Name', 'Id')
$things = @()
foreach ($vm in $all) {
    $namesakes = @($all | Where-Object { $_.Name -eq $vm.Name -and $_.Id -ne $vm.Id } | Sort-Object -Property Id | ForEach-Object { $_.Id.ToString() })
    $adapters = @(Get-VMNetworkAdapter -VM $vm -ErrorAction Stop | Sort-Object -Property 'Name', 'Id' | ForEach-Object {
        $mac = $null
        if (-not $_.DynamicMacAddressEnabled) {
            $mac = $_.MacAddress
        }
        $switchName = $null
        if (-not [string]::IsNullOrEmpty($_.SwitchName)) {
            $switchName = $_.SwitchName
        }
        [pscustomobject]@{
            id = $_.Id
            name = $_.Name
            switchName = $switchName
            mac = $mac
            vlanMode = $_.VlanSetting.OperationMode.ToString()
            vlan = $_.VlanSetting.AccessVlanId
        }
    })
    $bases = @{}
    $disks = @(Get-VMHardDiskDrive -VM $vm -ErrorAction Stop | Sort-Object -Property 'ControllerType', 'ControllerNumber', 'ControllerLocation' | ForEach-Object {
        # A checkpoint puts .avhdx files on top of the disk.
        $base = $_.Path
        while ($base -like '*.avhd*') {
            $base = (Get-VHD -Path $base -ErrorAction Stop).ParentPath
        }
        $bases[$_.Id] = $base
        [pscustomobject]@{
            path = $_.Path
            base = $base
            controller = $_.ControllerType.ToString()
            number = $_.ControllerNumber
            location = $_.ControllerLocation
        }
    })
    $drives = @(Get-VMDvdDrive -VM $vm -ErrorAction Stop | Sort-Object -Property 'ControllerNumber', 'ControllerLocation')
    $secureBoot = $null
    $template = $null
    $order = @()
    if ($vm.Generation -eq 2) {
        $firmware = Get-VMFirmware -VM $vm -ErrorAction Stop
        $secureBoot = $firmware.SecureBoot.ToString() -eq 'On'
        $template = $firmware.SecureBootTemplate
        $order = @($firmware.BootOrder | ForEach-Object {
            $entry = 'other'
            if ($null -ne $_.Device) {
                if ($_.BootType.ToString() -eq 'Network') {
                    $entry = 'network:' + $_.Device.Name
                } elseif ($bases.ContainsKey($_.Device.Id)) {
                    $entry = 'disk:' + $bases[$_.Device.Id]
                } else {
                    $entry = 'dvd'
                }
            }
            $entry
        })
    }
    $things += [pscustomobject]@{
        id = $vm.Id.ToString()
        name = $vm.Name
        namesakes = $namesakes
        generation = $vm.Generation
        state = $vm.State.ToString()
        dynamicMemory = $vm.DynamicMemoryEnabled
        memoryStartupBytes = $vm.MemoryStartup
        memoryMinimumBytes = $vm.MemoryMinimum
        memoryMaximumBytes = $vm.MemoryMaximum
        processors = $vm.ProcessorCount
        adapters = $adapters
        disks = $disks
        dvds = @($drives | ForEach-Object { $_.Path })
        secureBoot = $secureBoot
        secureBootTemplate = $template
        bootOrder = $order
        automaticStartAction = $vm.AutomaticStartAction.ToString()
        automaticStartDelaySeconds = $vm.AutomaticStartDelay
        automaticStopAction = $vm.AutomaticStopAction.ToString()
        checkpointType = $vm.CheckpointType.ToString()
        notes = [string]$vm.Notes
    }
}
[pscustomobject]@{
    things = $things
}
