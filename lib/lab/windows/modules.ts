import type { Host } from '../../powershell/host.ts'
import type { World } from '../world/world.ts'
import { cimCmdlets } from './cim.ts'
import { commandsOf, type Behaviour, type Module } from './cmdlet.ts'
import { featureCmdlets } from './features.ts'
import { hypervModule } from './hyperv/index.ts'
import { changingCmdlets } from './items/change.ts'
import { lookingCmdlets } from './items/look.ts'
import { utilityCmdlets } from './items/utility.ts'
import { adapterCmdlets, addressCmdlets } from './network.ts'
import { registryCmdlets } from './registry.ts'
import { serviceCmdlets } from './services.ts'
import { environmentOf, staticsOf } from './statics.ts'
import { numberOf } from './values.ts'

const restartComputer: Behaviour = {
  invoke: (call, world) => {
    if (world.rights === 'denied')
      return call.error({
        message: `Failed to restart the computer ${world.computerName} with the following error message: Access is denied.`,
        fqid: 'RestartcomputerFailed,Microsoft.PowerShell.Commands.RestartComputerCommand',
        category: 'OperationStopped',
        type: 'System.InvalidOperationException',
        target: world.computerName,
      })
    world.restartIn = numberOf(call.bound.get('Delay')) ?? 0
  },
}

const always = (): boolean => true
const commands = (name: string): string => `Microsoft.PowerShell.Commands.${name.replace('-', '')}Command`

/** Every module that the lab's hosts know. */
export const modules: readonly Module[] = [
  {
    name: 'Microsoft.PowerShell.Management',
    here: always,
    className: commands,
    cmdlets: {
      ...lookingCmdlets,
      ...changingCmdlets,
      ...registryCmdlets,
      ...serviceCmdlets,
      'Restart-Computer': restartComputer,
    },
  },
  {
    name: 'Microsoft.PowerShell.Utility',
    here: always,
    className: (name) => (name === 'Get-FileHash' ? name : commands(name)),
    cmdlets: utilityCmdlets,
  },
  {
    name: 'ServerManager',
    here: always,
    className: (name) =>
      `Microsoft.Windows.ServerManager.Commands.${name.replace('-', '').replace('Uninstall', 'Remove').replace('Install', 'Add')}Command`,
    cmdlets: featureCmdlets,
  },
  {
    name: 'CimCmdlets',
    here: always,
    className: (name) => `Microsoft.Management.Infrastructure.CimCmdlets.${name.replace('-', '')}Command`,
    cmdlets: cimCmdlets,
  },
  { name: 'NetAdapter', here: always, className: (name) => name, cmdlets: adapterCmdlets },
  { name: 'NetTCPIP', here: always, className: (name) => name, cmdlets: addressCmdlets },
  hypervModule,
]

/** What the interpreter sees of a world: its commands, static types and environment. */
export function hostOf(world: World): Host {
  const command = commandsOf(modules, world)
  const type = staticsOf(world)
  return { command, type, environment: (name) => environmentOf(world, name) }
}
