import type { Module } from '../cmdlet.ts'
import { adapterCmdlets } from './adapters.ts'
import { diskCmdlets } from './disks.ts'
import { classOf } from './errors.ts'
import { driveCmdlets } from './drives.ts'
import { firmwareCmdlets } from './firmware.ts'
import { hardwareCmdlets } from './hardware.ts'
import { machineCmdlets } from './machines.ts'
import { serverCmdlets } from './server.ts'
import { switchCmdlets } from './switches.ts'
import { typed } from './typed.ts'

/** The Hyper-V module: there once its feature `Hyper-V-PowerShell` is installed, useful once the management service runs. */
export const hypervModule: Module = {
  name: 'Hyper-V',
  here: (world) => world.features.installed('Hyper-V-PowerShell'),
  className: classOf,
  bind: typed,
  cmdlets: {
    ...serverCmdlets,
    ...switchCmdlets,
    ...diskCmdlets,
    ...machineCmdlets,
    ...hardwareCmdlets,
    ...firmwareCmdlets,
    ...adapterCmdlets,
    ...driveCmdlets,
  },
  aliases: { 'Get-VMCheckpoint': 'Get-VMSnapshot' },
}
