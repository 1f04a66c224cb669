import type { Call, ErrorInit } from '../../../powershell/host.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'

/** Errors of the Hyper-V module: ids, categories and texts as on Windows Server 2022. */

const virtualization = 'Microsoft.HyperV.PowerShell.VirtualizationException'

/** `Get-VM` → `Microsoft.HyperV.PowerShell.Commands.GetVM`; the disk cmdlets live elsewhere. */
export const classOf = (cmdlet: string): string =>
  /-VHD$/i.test(cmdlet)
    ? `Microsoft.Vhd.PowerShell.Cmdlets.${cmdlet.replace('-VHD', 'Vhd')}`
    : `Microsoft.HyperV.PowerShell.Commands.${cmdlet.replace('-', '')}`

const make =
  (id: string, category: string, hresult?: number) =>
  (cmdlet: string, message: string): ErrorInit => ({
    message,
    fqid: `${id},${classOf(cmdlet)}`,
    category,
    type: virtualization,
    ...(hresult === undefined ? {} : { hresult }),
  })

export const invalidArgument = make('InvalidParameter', 'InvalidArgument')
const invalidState = make('InvalidState', 'InvalidOperation', -2147024809)
export const operationFailed = make('OperationFailed', 'NotSpecified')
const accessDenied = make('AccessDenied', 'PermissionDenied', -2147024891)
const objectNotFound = make('ObjectNotFound', 'ObjectNotFound')
export const objectInUse = make('ObjectInUse', 'ResourceBusy', -2147024864)
export const outOfMemory = make('OutOfMemory', 'ResourceUnavailable', -2147024882)

export const notFoundText = (what: string, name: string): string =>
  `Hyper-V was unable to find a ${what} with name "${name}".`

/** What the machine's state forbids. */
export const wrongState = (cmdlet: string, what: string): ErrorInit =>
  invalidState(
    cmdlet,
    `${what} The operation cannot be performed while the virtual machine is in its current state.`,
  )

/**
 * A cmdlet of the module: it needs the management service and the right to manage machines, to look as well as to change.
 * Without the service the object is "not found", which is not absence.
 */
export const hypervCmdlet =
  (cmdlet: string) =>
  (invoke: (call: Call, world: World) => void): Behaviour => ({
    invoke: (call, world) => {
      world.settle()
      if (!world.services.running('vmms'))
        return call.fail(
          objectNotFound(
            cmdlet,
            `Hyper-V encountered an error trying to access an object on computer '${world.computerName}' because the object was not found. The object might have been deleted. Verify that the Virtual Machine Management service on the computer is running.`,
          ),
        )
      if (world.rights === 'denied')
        return call.fail(
          accessDenied(
            cmdlet,
            `You do not have the required permission to complete this task. Contact the administrator of the authorization policy for the computer '${world.computerName}'.`,
          ),
        )
      invoke(call, world)
    },
  })
