// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** Part of `VirtualMachineAdapter`. */
export interface VirtualMachineAdapterArgs {
  /** Name of the adapter, unique in its machine. */
  name: pulumi.Input<string>
  /** Name of the virtual switch that it is connected to. */
  switch: pulumi.Input<string>
  /** VLAN id, 1 to 4094; 0: untagged. Not set: left as it is. */
  vlan?: pulumi.Input<number>
  /** Static MAC address. Changing it needs the machine off. Not set: left as it is, dynamic when it is made. */
  mac?: pulumi.Input<string>
}

/** Part of `VirtualMachineDisk`. */
export interface VirtualMachineDiskArgs {
  /** Path of the disk file on the host. */
  path: pulumi.Input<string>
}

/** Inputs of `VirtualMachine`. */
export interface VirtualMachineArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Name of the machine. Changing it renames the machine. */
  name: pulumi.Input<string>
  /** 2: UEFI, SCSI; 1: BIOS, IDE. Another generation is another machine (replacement). Not set: 2 when it is made, not compared later. */
  generation?: pulumi.Input<1 | 2>
  /** Memory at start, MiB, even, 32 to 12582912; all of it when memory is static. Static memory also changes while the machine runs, if its Windows can (2016 and later). Not set: 512 when it is made. */
  memoryStartupMB?: pulumi.Input<number>
  /** Whether memory grows and shrinks with need. Needs the machine off. Not set: static when it is made. */
  dynamicMemory?: pulumi.Input<boolean>
  /** Least memory, MiB, of dynamic memory. Goes down while the machine runs, up only while it is off. */
  memoryMinimumMB?: pulumi.Input<number>
  /** Most memory, MiB, of dynamic memory. Goes up while the machine runs, down only while it is off. */
  memoryMaximumMB?: pulumi.Input<number>
  /** Virtual processors, 1 to 2048. Needs the machine off. Not set: 1 when it is made. */
  processors?: pulumi.Input<number>
  /** All network adapters, each with a name of its own: others are removed. Adding and removing needs a machine of generation 1 off. */
  adapters?: pulumi.Input<pulumi.Input<VirtualMachineAdapterArgs>[]>
  /** All disks, in the order in which they are attached: others are detached, never deleted. Needs a machine of generation 1 off. */
  disks?: pulumi.Input<pulumi.Input<VirtualMachineDiskArgs>[]>
  /** `none`: no DVD drive; `empty`: one without a medium; a path: one with this ISO file of the host. */
  dvd?: pulumi.Input<'none' | 'empty' | string>
  /** Secure boot, generation 2 only. Needs the machine off. Not set: on when it is made. */
  secureBoot?: pulumi.Input<boolean>
  /** Whose signatures secure boot accepts, generation 2 only; `MicrosoftUEFICertificateAuthority` for Linux. Needs the machine off. */
  secureBootTemplate?: pulumi.Input<
    'MicrosoftWindows' | 'MicrosoftUEFICertificateAuthority' | 'OpenSourceShieldedVM'
  >
  /** What is tried first, generation 2 only: `disk`: the first disk, `dvd`: the DVD drive, `network`: the first adapter. Other devices come after; entries that the guest made itself are not compared. Needs the machine off. */
  bootOrder?: pulumi.Input<pulumi.Input<'disk' | 'dvd' | 'network'>[]>
  /** What happens when the host starts. Not set: start-if-running when it is made. */
  automaticStartAction?: pulumi.Input<'nothing' | 'start-if-running' | 'start'>
  /** How long that waits, seconds, 0 to 86400. Not set: 0 when it is made. */
  automaticStartDelaySeconds?: pulumi.Input<number>
  /** What happens when the host goes down. Needs the machine off. Not set: save when it is made. */
  automaticStopAction?: pulumi.Input<'turn-off' | 'save' | 'shut-down'>
  /** How checkpoints are made. Not set: production when it is made. */
  checkpointType?: pulumi.Input<'disabled' | 'production' | 'production-only' | 'standard'>
  /** Free text kept with the machine. Not set: left as it is. */
  notes?: pulumi.Input<string>
  /** Whether it runs. Not set: a new one stays off, another keeps its state. */
  state?: pulumi.Input<'running' | 'off'>
  /** Whether the guest may be shut down, for a change that needs the machine off, for `state: off`, or to remove it. It is started again if it ran. Default false. */
  allowPowerCycle?: pulumi.Input<boolean>
}

/** A virtual machine: hardware, devices, firmware, start and stop actions, power state. */
export class VirtualMachine extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Name of the machine. Changing it renames the machine. */
  declare readonly name: pulumi.Output<string>
  /** 2: UEFI, SCSI; 1: BIOS, IDE. Another generation is another machine (replacement). Not set: 2 when it is made, not compared later. */
  declare readonly generation: pulumi.Output<1 | 2 | undefined>
  /** Memory at start, MiB, even, 32 to 12582912; all of it when memory is static. Static memory also changes while the machine runs, if its Windows can (2016 and later). Not set: 512 when it is made. */
  declare readonly memoryStartupMB: pulumi.Output<number | undefined>
  /** Whether memory grows and shrinks with need. Needs the machine off. Not set: static when it is made. */
  declare readonly dynamicMemory: pulumi.Output<boolean | undefined>
  /** Least memory, MiB, of dynamic memory. Goes down while the machine runs, up only while it is off. */
  declare readonly memoryMinimumMB: pulumi.Output<number | undefined>
  /** Most memory, MiB, of dynamic memory. Goes up while the machine runs, down only while it is off. */
  declare readonly memoryMaximumMB: pulumi.Output<number | undefined>
  /** Virtual processors, 1 to 2048. Needs the machine off. Not set: 1 when it is made. */
  declare readonly processors: pulumi.Output<number | undefined>
  /** All network adapters, each with a name of its own: others are removed. Adding and removing needs a machine of generation 1 off. */
  declare readonly adapters: pulumi.Output<
    pulumi.Unwrap<pulumi.Input<VirtualMachineAdapterArgs>[]> | undefined
  >
  /** All disks, in the order in which they are attached: others are detached, never deleted. Needs a machine of generation 1 off. */
  declare readonly disks: pulumi.Output<pulumi.Unwrap<pulumi.Input<VirtualMachineDiskArgs>[]> | undefined>
  /** `none`: no DVD drive; `empty`: one without a medium; a path: one with this ISO file of the host. */
  declare readonly dvd: pulumi.Output<'none' | 'empty' | string | undefined>
  /** Secure boot, generation 2 only. Needs the machine off. Not set: on when it is made. */
  declare readonly secureBoot: pulumi.Output<boolean | undefined>
  /** Whose signatures secure boot accepts, generation 2 only; `MicrosoftUEFICertificateAuthority` for Linux. Needs the machine off. */
  declare readonly secureBootTemplate: pulumi.Output<
    'MicrosoftWindows' | 'MicrosoftUEFICertificateAuthority' | 'OpenSourceShieldedVM' | undefined
  >
  /** What is tried first, generation 2 only: `disk`: the first disk, `dvd`: the DVD drive, `network`: the first adapter. Other devices come after; entries that the guest made itself are not compared. Needs the machine off. */
  declare readonly bootOrder: pulumi.Output<
    pulumi.Unwrap<pulumi.Input<'disk' | 'dvd' | 'network'>[]> | undefined
  >
  /** What happens when the host starts. Not set: start-if-running when it is made. */
  declare readonly automaticStartAction: pulumi.Output<'nothing' | 'start-if-running' | 'start' | undefined>
  /** How long that waits, seconds, 0 to 86400. Not set: 0 when it is made. */
  declare readonly automaticStartDelaySeconds: pulumi.Output<number | undefined>
  /** What happens when the host goes down. Needs the machine off. Not set: save when it is made. */
  declare readonly automaticStopAction: pulumi.Output<'turn-off' | 'save' | 'shut-down' | undefined>
  /** How checkpoints are made. Not set: production when it is made. */
  declare readonly checkpointType: pulumi.Output<
    'disabled' | 'production' | 'production-only' | 'standard' | undefined
  >
  /** Free text kept with the machine. Not set: left as it is. */
  declare readonly notes: pulumi.Output<string | undefined>
  /** Whether it runs. Not set: a new one stays off, another keeps its state. */
  declare readonly state: pulumi.Output<'running' | 'off' | undefined>
  /** Whether the guest may be shut down, for a change that needs the machine off, for `state: off`, or to remove it. It is started again if it ran. Default false. */
  declare readonly allowPowerCycle: pulumi.Output<boolean | undefined>
  /** Id of the machine; it stays when the machine is renamed or moved. */
  declare readonly machineId: pulumi.Output<string>
  constructor(name: string, args: VirtualMachineArgs, options?: pulumi.CustomResourceOptions) {
    const outs = { machineId: undefined }
    super('chancery:hyperv:VirtualMachine', name, { ...outs, ...args }, options)
  }
}
