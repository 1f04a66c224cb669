import type { Call } from '../../../powershell/host.ts'
import type { PsObject } from '../../../powershell/values.ts'
import {
  type CheckpointType,
  type Machine,
  newDrive,
  newMachine,
  type StartAction,
  type StopAction,
} from '../../world/machine.ts'
import { join } from '../../world/path.ts'
import { newDisk } from '../../world/virtual-disk.ts'
import type { World } from '../../world/world.ts'
import { TimeUp } from '../../executor.ts'
import type { Behaviour } from '../cmdlet.ts'
import { liveObject } from '../live.ts'
import { enumOf, flagOf, numberOf, textOf } from '../values.ts'
import { enumName } from './enums.ts'
import { hypervCmdlet, invalidArgument, operationFailed, outOfMemory, wrongState } from './errors.ts'
import { setMemory, setProcessors } from './hardware.ts'
import { integrationObjects, machineObject, snapshotObjects } from './machine-objects.ts'
import { machinesOf } from './select.ts'

/** Machines as a whole: find, make, name, configure, start, stop, remove. */

const passThru = (call: Call, world: World, machine: Machine): void => {
  if (flagOf(call.bound.get('Passthru')) === true) call.write(machineObject(world, machine))
}

const getVm = hypervCmdlet('Get-VM')((call, world) => {
  const named = call.bound.has('Name') || call.bound.has('Id') || call.bound.has('VM')
  const machines = named
    ? machinesOf(call, world, 'Get-VM')
    : [...world.hyperv.machines].sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const machine of machines) call.write(machineObject(world, machine))
})

const newVm = hypervCmdlet('New-VM')((call, world) => {
  const cmdlet = 'New-VM'
  const name = textOf(call.bound.get('Name')) ?? 'New Virtual Machine'
  const generation = numberOf(call.bound.get('Generation')) ?? 1
  const memory = numberOf(call.bound.get('MemoryStartupBytes')) ?? 512 * 1024 ** 2
  if (generation !== 1 && generation !== 2)
    return call.fail(
      invalidArgument(cmdlet, `Generation ${generation} is not supported. Only generation 1 and 2 are.`),
    )
  if (memory < 32 * 1024 ** 2 || memory > 12 * 1024 ** 4 || memory % (2 * 1024 ** 2) !== 0)
    return call.fail(
      invalidArgument(
        cmdlet,
        `Invalid startup memory amount assigned for '${name}'. The value must be in multiples of 2 MB.`,
      ),
    )
  const base = textOf(call.bound.get('Path'))
  const path = base === undefined ? world.hyperv.settings.machinePath : join(base.replace(/\\+$/, ''), name)
  const switchName = textOf(call.bound.get('SwitchName'))
  const connected =
    switchName === undefined
      ? undefined
      : world.hyperv.switches.find((s) => s.name.toLowerCase() === switchName.toLowerCase())
  if (switchName !== undefined && connected === undefined)
    return call.fail(
      invalidArgument(cmdlet, `Hyper-V was unable to find a virtual switch with name "${switchName}".`),
    )
  const machine = newMachine({ name, generation, path, memory, now: world.now(), ids: world.ids })
  for (const adapter of machine.adapters) adapter.switchId = connected?.id
  const disk = firstDisk(call, world, machine)
  if (disk === 'failed') return
  if (!world.files.makeFolder(join(path, 'Virtual Machines')).ok)
    return call.fail(
      operationFailed(
        cmdlet,
        `Failed to create a new virtual machine. The path '${path}' could not be created.`,
      ),
    )
  if (!world.hyperv.addMachine(machine))
    return call.fail(
      operationFailed(
        cmdlet,
        'Failed to create a new virtual machine. There is not enough space on the disk. (0x80070070).',
      ),
    )
  call.write(machineObject(world, machine))
})

/** The disk of -NewVHDPath or -VHDPath. */
function firstDisk(call: Call, world: World, machine: Machine): 'failed' | undefined {
  const fresh = textOf(call.bound.get('NewVHDPath'))
  const given = fresh ?? textOf(call.bound.get('VHDPath'))
  if (given === undefined) return undefined
  const path = /^[a-z]:/i.test(given) ? given : join(world.hyperv.settings.diskPath, given)
  if (fresh === undefined && world.files.file(path) === undefined)
    return call.fail(
      operationFailed(
        'New-VM',
        `Failed to add device 'Virtual Hard Disk'. The system cannot find the file '${path}'.`,
      ),
    )
  if (fresh !== undefined) {
    const size = numberOf(call.bound.get('NewVHDSizeBytes')) ?? 0
    const made =
      world.files.get(path) === undefined &&
      world.files.put(path, {
        kind: 'disk',
        disk: newDisk({ size, format: 'VHDX', type: 'Dynamic', ids: world.ids }),
      }).ok
    if (!made)
      return call.fail(operationFailed('New-VM', `Failed to create the virtual hard disk '${path}'.`))
  }
  machine.drives.push(newDrive('disk', machine.generation === 1 ? 'IDE' : 'SCSI', 0, 0, path, world.ids))
  return undefined
}

const stopActions = (call: Call) =>
  enumName('StopAction', textOf(call.bound.get('AutomaticStopAction'))) as StopAction | undefined

const setVm = hypervCmdlet('Set-VM')((call, world) => {
  const cmdlet = 'Set-VM'
  for (const machine of machinesOf(call, world, cmdlet)) {
    const off = machine.state === 'Off' || machine.state === 'Saved'
    const stopAction = stopActions(call)
    if (!off && stopAction !== undefined && stopAction !== machine.stopAction) {
      call.error(wrongState(cmdlet, 'Failed to modify the automatic stop action.'))
      continue
    }
    if (!setProcessors(call, machine, cmdlet, { Count: 'ProcessorCount' })) continue
    if (!setMemory(call, world, machine, cmdlet, 'Set-VM')) continue
    machine.stopAction = stopAction ?? machine.stopAction
    machine.startAction =
      (enumName('StartAction', textOf(call.bound.get('AutomaticStartAction'))) as StartAction | undefined) ??
      machine.startAction
    machine.startDelay = numberOf(call.bound.get('AutomaticStartDelay')) ?? machine.startDelay
    machine.checkpointType =
      (enumName('CheckpointType', textOf(call.bound.get('CheckpointType'))) as CheckpointType | undefined) ??
      machine.checkpointType
    machine.automaticCheckpoints =
      flagOf(call.bound.get('AutomaticCheckpointsEnabled')) ?? machine.automaticCheckpoints
    machine.criticalAction =
      (enumName('CriticalErrorAction', textOf(call.bound.get('AutomaticCriticalErrorAction'))) as
        Machine['criticalAction'] | undefined) ?? machine.criticalAction
    machine.criticalTimeout =
      numberOf(call.bound.get('AutomaticCriticalErrorActionTimeout')) ?? machine.criticalTimeout
    machine.notes = call.bound.has('Notes') ? (textOf(call.bound.get('Notes')) ?? '') : machine.notes
    machine.name = textOf(call.bound.get('NewVMName')) ?? machine.name
    machine.snapshotPath = textOf(call.bound.get('SnapshotFileLocation')) ?? machine.snapshotPath
    machine.pagingPath = textOf(call.bound.get('SmartPagingFilePath')) ?? machine.pagingPath
    machine.lowMmio = numberOf(call.bound.get('LowMemoryMappedIoSpace')) ?? machine.lowMmio
    machine.highMmio = numberOf(call.bound.get('HighMemoryMappedIoSpace')) ?? machine.highMmio
    passThru(call, world, machine)
  }
})

const renameVm = hypervCmdlet('Rename-VM')((call, world) => {
  for (const machine of machinesOf(call, world, 'Rename-VM')) {
    machine.name = textOf(call.bound.get('NewName')) ?? machine.name
    passThru(call, world, machine)
  }
})

const removeVm = hypervCmdlet('Remove-VM')((call, world) => {
  for (const machine of machinesOf(call, world, 'Remove-VM')) {
    if (machine.state === 'Running' || machine.state === 'Paused') {
      call.error(wrongState('Remove-VM', `'${machine.name}' failed to be removed.`))
      continue
    }
    world.hyperv.removeMachine(machine)
    passThru(call, world, machine)
  }
})

const startVm = hypervCmdlet('Start-VM')((call, world) => {
  const cmdlet = 'Start-VM'
  for (const machine of machinesOf(call, world, cmdlet)) {
    if (machine.state === 'Running') {
      call.warn('The virtual machine is already in the specified state.')
      continue
    }
    const failed = world.hyperv.start(machine)
    if (failed === undefined) passThru(call, world, machine)
    else if (failed.why === 'memory')
      call.error(
        outOfMemory(
          cmdlet,
          `'${machine.name}' failed to start. Not enough memory in the system to start the virtual machine ${machine.name}.`,
        ),
      )
    else
      call.error(
        operationFailed(
          cmdlet,
          `'${machine.name}' failed to start. Synthetic SCSI Controller: Failed to Power on with Error '${failed.why === 'no-file' ? 'The system cannot find the file specified.' : 'The process cannot access the file because it is being used by another process.'}'. Attachment '${failed.detail}'.`,
        ),
      )
  }
})

const stopVm = hypervCmdlet('Stop-VM')((call, world) => {
  const cmdlet = 'Stop-VM'
  const [save, turnOff] = ['Save', 'TurnOff'].map((n) => flagOf(call.bound.get(n)) === true)
  for (const machine of machinesOf(call, world, cmdlet)) {
    if (machine.state === 'Off' || (save && machine.state === 'Saved')) {
      call.warn('The virtual machine is already in the specified state.')
      continue
    }
    if (!save && !turnOff && machine.state !== 'Running') {
      call.error(wrongState(cmdlet, `'${machine.name}' failed to change state.`))
      continue
    }
    if (flagOf(call.bound.get('AsJob')) === true) {
      call.write(stopJob(world, machine, save ? 'Saved' : 'Off', turnOff === true || save === true))
      continue
    }
    if (!save && !turnOff && !machine.guestAnswers) {
      // A guest that ignores the request keeps the cmdlet waiting for ever.
      world.sleep(Infinity)
      throw new TimeUp()
    }
    if (!save && !turnOff) world.sleep(shutdownMs)
    world.hyperv.stop(machine, save ? 'Saved' : 'Off')
    passThru(call, world, machine)
  }
})

/** A background job that stops a machine; a guest that ignores the request keeps it running for ever. */
function stopJob(world: World, machine: Machine, to: 'Off' | 'Saved', atOnce: boolean): PsObject {
  let state = 'Running'
  if (atOnce || machine.guestAnswers)
    world.later(atOnce ? 0 : shutdownMs, () => {
      world.hyperv.stop(machine, to)
      state = 'Completed'
    })
  return liveObject(
    ['Microsoft.HyperV.PowerShell.Commands.VMJob', 'System.Management.Automation.Job'],
    {
      State: () =>
        enumOf(
          'System.Management.Automation.JobState',
          { NotStarted: 0, Running: 1, Completed: 2, Failed: 3 },
          state,
        ),
      Name: () => 'Stop-VM',
      HasMoreData: () => false,
      StatusMessage: () => '',
    },
    machine,
  )
}

/** How long a guest takes to shut down. */
const shutdownMs = 200

const getSnapshot = hypervCmdlet('Get-VMSnapshot')((call, world) => {
  for (const machine of machinesOf(call, world, 'Get-VMSnapshot'))
    for (const one of snapshotObjects(world, machine)) call.write(one)
})

const getIntegration = hypervCmdlet('Get-VMIntegrationService')((call, world) => {
  for (const machine of machinesOf(call, world, 'Get-VMIntegrationService'))
    for (const one of integrationObjects(world, machine)) call.write(one)
})

export const machineCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VM': getVm,
  'New-VM': newVm,
  'Set-VM': setVm,
  'Rename-VM': renameVm,
  'Remove-VM': removeVm,
  'Start-VM': startVm,
  'Stop-VM': stopVm,
  'Get-VMSnapshot': getSnapshot,
  'Get-VMIntegrationService': getIntegration,
}
