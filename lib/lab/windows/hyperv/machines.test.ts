import { beforeEach, describe, expect, test } from 'vitest'
import { type Console, consoleOn } from '../script.rig.ts'

let host: Console
beforeEach(async () => {
  host = await consoleOn('hyperv')
})

const make = (name = 'mail', more = '-Generation 2 -MemoryStartupBytes 1GB -NoVHD') =>
  host.run(`$null = New-VM -Name '${name}' ${more}`)
const running = (more?: string) => {
  make('mail', more)
  host.run(`Start-VM -Name mail`)
}

test('a new machine has what Windows gives it', () => {
  make()
  expect(
    host.run(`
$vm = Get-VM -Name mail
[pscustomobject]@{ state = $vm.State.ToString(); generation = $vm.Generation; start = $vm.AutomaticStartAction.ToString()
  stop = $vm.AutomaticStopAction.ToString(); checkpoint = $vm.CheckpointType.ToString(); adapters = $vm.NetworkAdapters.Count
  dvds = $vm.DVDDrives.Count; processors = $vm.ProcessorCount; mac = $vm.NetworkAdapters[0].MacAddress }`),
  ).toEqual([
    {
      state: 'Off',
      generation: 2,
      start: 'StartIfRunning',
      stop: 'Save',
      checkpoint: 'Production',
      adapters: 1,
      dvds: 0,
      processors: 1,
      mac: '000000000000',
    },
  ])
})

test('a machine of generation 1 comes with a DVD drive at IDE 1,0 and has no UEFI firmware', () => {
  make('old', '-Generation 1 -NoVHD')
  expect(
    host.run(
      `$d = Get-VMDvdDrive -VMName old; "$($d.ControllerType) $($d.ControllerNumber),$($d.ControllerLocation)"`,
    ),
  ).toEqual(['IDE 1,0'])
  expect(host.fails(`Get-VMFirmware -VMName old -ErrorAction Stop`).category).toBe('InvalidArgument')
})

describe('not found is not the same as not seen', () => {
  test('a name or an id that fits nothing is InvalidParameter', () => {
    expect(host.fails(`Get-VM -Name N1 -ErrorAction Stop`)).toMatchObject({
      fqid: 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM',
      category: 'InvalidArgument',
      message: 'Hyper-V was unable to find a virtual machine with name "N1".',
    })
    expect(host.fails(`Get-VM -Id '11111111-2222-3333-4444-555555555555' -ErrorAction Stop`).id).toBe(
      'InvalidParameter',
    )
    expect(host.run(`Get-VM -Name 'N*' -ErrorAction Stop`)).toEqual([])
  })

  test('a stopped management service is ObjectNotFound, missing rights are AccessDenied', () => {
    host.run(`Stop-Service -Name vmms`)
    expect(host.fails(`Get-VM -ErrorAction Stop`)).toMatchObject({
      id: 'ObjectNotFound',
      category: 'ObjectNotFound',
    })
    host.run(`Start-Service -Name vmms`)
    host.world.rights = 'denied'
    expect(host.fails(`Get-VM -ErrorAction Stop`)).toMatchObject({
      id: 'AccessDenied',
      category: 'PermissionDenied',
    })
  })

  test('a machine that is gone takes its object with it', () => {
    make()
    expect(
      host.fails(
        `$vm = Get-VM -Name mail; Remove-VM -VM $vm -Force; Set-VMProcessor -VM $vm -Count 2 -ErrorAction Stop`,
      ).id,
    ).toBe('InvalidParameter')
  })
})

describe('while a machine runs', () => {
  test.each([
    ['Set-VMProcessor -VMName mail -Count 4', 'processors'],
    ['Set-VMProcessor -VMName mail -ExposeVirtualizationExtensions $true', 'nested virtualization'],
    ['Set-VM -Name mail -ProcessorCount 4', 'processors'],
    ['Set-VM -Name mail -AutomaticStopAction ShutDown', 'stop action'],
    ['Set-VMMemory -VMName mail -DynamicMemoryEnabled $true', 'dynamic memory'],
    ['Set-VMFirmware -VMName mail -EnableSecureBoot Off', 'secure boot'],
    ["Set-VMNetworkAdapter -VMName mail -StaticMacAddress '00155d010203'", 'static MAC'],
    ['Add-VMScsiController -VMName mail', 'controllers'],
    ['Remove-VM -Name mail -Force', 'removal'],
  ])('%s is refused (%s)', (command) => {
    running()
    expect(host.fails(`${command} -ErrorAction Stop`)).toMatchObject({
      id: 'InvalidState',
      message: expect.stringContaining(
        'The operation cannot be performed while the virtual machine is in its current state.',
      ),
    })
    host.run(`Stop-VM -Name mail -TurnOff`)
    host.run(`${command} -ErrorAction Stop`)
  })

  test.each([
    'Set-VM -Name mail -Notes hello -AutomaticStartAction Start -AutomaticStartDelay 5 -CheckpointType Disabled',
    'Set-VMProcessor -VMName mail -Reserve 10 -Maximum 90 -RelativeWeight 200',
    'Set-VMMemory -VMName mail -StartupBytes 2GB',
    'Rename-VM -Name mail -NewName post',
    'Add-VMNetworkAdapter -VMName mail -Name second',
    'Set-VMNetworkAdapterVlan -VMName mail -Access -VlanId 7',
    'Disconnect-VMNetworkAdapter -VMName mail',
    "Set-VMFirmware -VMName mail -ErrorAction SilentlyContinue -SecureBootTemplate 'MicrosoftWindows'",
  ])('%s is taken', (command) => {
    running()
    expect(host.run(command)).toEqual([])
  })

  test('dynamic memory widens its range and does not narrow it', () => {
    make()
    host.run(
      `Set-VMMemory -VMName mail -DynamicMemoryEnabled $true -StartupBytes 1GB -MinimumBytes 1GB -MaximumBytes 2GB; Start-VM -Name mail`,
    )
    host.run(`Set-VMMemory -VMName mail -MinimumBytes 512MB -MaximumBytes 4GB -ErrorAction Stop`)
    expect(host.fails(`Set-VMMemory -VMName mail -MinimumBytes 1GB -ErrorAction Stop`).id).toBe(
      'InvalidState',
    )
    expect(host.fails(`Set-VMMemory -VMName mail -StartupBytes 2GB -ErrorAction Stop`).id).toBe(
      'InvalidState',
    )
  })
})

test('memory outside its own range is refused, set together it is taken', () => {
  make()
  expect(
    host.fails(`Set-VMMemory -VMName mail -DynamicMemoryEnabled $true -MinimumBytes 2GB -ErrorAction Stop`)
      .id,
  ).toBe('OperationFailed')
  host.run(
    `Set-VMMemory -VMName mail -DynamicMemoryEnabled $true -MinimumBytes 2GB -StartupBytes 2GB -MaximumBytes 8GB -ErrorAction Stop`,
  )
  expect(host.fails(`Set-VMMemory -VMName mail -StartupBytes 2147483649 -ErrorAction Stop`).id).toBe(
    'InvalidParameter',
  )
})

test('generation 1 adds and removes adapters only while off', () => {
  running('-Generation 1 -NoVHD')
  expect(host.fails(`Add-VMNetworkAdapter -VMName mail -ErrorAction Stop`).id).toBe('InvalidState')
  expect(host.fails(`Get-VMNetworkAdapter -VMName mail | Remove-VMNetworkAdapter -ErrorAction Stop`).id).toBe(
    'InvalidState',
  )
})

test('removing an adapter by name removes all of that name', () => {
  make()
  host.run(
    `Add-VMNetworkAdapter -VMName mail -Name lan; Add-VMNetworkAdapter -VMName mail -Name lan; Remove-VMNetworkAdapter -VMName mail -Name lan`,
  )
  expect(host.run(`@(Get-VMNetworkAdapter -VMName mail).Count`)).toEqual([1])
})

test('starting and stopping what already is so only warns', () => {
  make()
  expect(host.warnings(`Stop-VM -Name mail -Force`)).toEqual([
    'The virtual machine is already in the specified state.',
  ])
  host.run(`Start-VM -Name mail`)
  expect(host.warnings(`Start-VM -Name mail`)).toEqual([
    'The virtual machine is already in the specified state.',
  ])
})

test('a guest that ignores the shutdown holds Stop-VM until its time is up, and a job leaves it running', () => {
  running()
  host.world.hyperv.machines[0]!.guestAnswers = false
  expect(host.fails(`Stop-VM -Name mail -Force -ErrorAction Stop`).id).toBe('Chancery.TimeLimit')
  expect(
    host.run(
      `$job = Stop-VM -Name mail -Force -AsJob; Start-Sleep -Seconds 10; "$($job.State) $((Get-VM -Name mail).State)"`,
    ),
  ).toEqual(['Running Running'])
})

test('a machine object follows its machine', () => {
  running()
  expect(
    host.run(
      `$vm = Get-VM -Name mail; $job = Stop-VM -VM $vm -Force -AsJob; $before = $vm.State.ToString(); Start-Sleep -Seconds 1; "$before $($vm.State) $($job.State)"`,
    ),
  ).toEqual(['Running Off Completed'])
})

test('names are not unique, ids are', () => {
  make()
  make()
  expect(
    host.run(`@(Get-VM -Name mail | ForEach-Object { $_.Id.ToString() } | Sort-Object -Unique).Count`),
  ).toEqual([2])
})

test('a restart stops and starts machines by their own actions', () => {
  for (const [name, start, stop] of [
    ['always', 'Start', 'TurnOff'],
    ['never', 'Nothing', 'Save'],
    ['again', 'StartIfRunning', 'ShutDown'],
  ])
    host.run(
      `$null = New-VM -Name ${name} -NoVHD; Set-VM -Name ${name} -AutomaticStartAction ${start} -AutomaticStopAction ${stop}`,
    )
  host.run(`Start-VM -Name never, again`)
  host.world.restarted()
  expect(host.run(`Get-VM | ForEach-Object { "$($_.Name) $($_.State)" } | Sort-Object`)).toEqual([
    'again Running',
    'always Running',
    'never Saved',
  ])
})

test('too little memory and a missing disk stop a machine from starting', () => {
  make('big', '-NoVHD -MemoryStartupBytes 63GB')
  expect(host.fails(`Start-VM -Name big -ErrorAction Stop`).id).toBe('OutOfMemory')
  make()
  host.run(
    `$null = New-VHD -Path C:\\d.vhdx -SizeBytes 10GB; Add-VMHardDiskDrive -VMName mail -Path C:\\d.vhdx`,
  )
  host.world.files.remove('C:\\d.vhdx')
  expect(host.fails(`Start-VM -Name mail -ErrorAction Stop`).message).toContain('cannot find the file')
})
