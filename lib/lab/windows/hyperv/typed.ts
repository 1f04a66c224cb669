import type { Call, Signature } from '../../../powershell/host.ts'
import { PsObject, type PsValue } from '../../../powershell/values.ts'
import { itemsOf } from '../values.ts'

/**
 * Parameters of Hyper-V's own classes take objects of their class only: an adapter that comes down a pipeline binds to
 * -VMNetworkAdapter and not to -VM, and a wrong object is refused as the binder refuses it.
 */
export function typed(call: Call, signature: Signature, className: string): Call {
  const bound = new Map(call.bound)
  for (const [name, value] of call.bound) {
    const type = classOf(signature, name)
    if (type === undefined || fits(value, type)) continue
    const other = Object.keys(signature.parameters).find(
      (p) => signature.parameters[p]?.pipeline === true && !bound.has(p) && fitsOf(signature, p, value),
    )
    bound.delete(name)
    if (other !== undefined) bound.set(other, value)
    else if (
      !Object.keys(signature.parameters).some((p) => p !== name && bound.has(p) && bound.get(p) === value)
    )
      call.fail({
        message: `Cannot bind parameter '${name}'. Cannot convert value to type "Microsoft.HyperV.PowerShell.${type}".`,
        fqid: `CannotConvertArgumentNoMessage,${className}`,
        category: 'InvalidArgument',
        type: 'System.Management.Automation.ParameterBindingException',
      })
  }
  return {
    bound,
    set: call.set,
    write: (value) => call.write(value),
    warn: (message) => call.warn(message),
    error: (error) => call.error(error),
    fail: (error) => call.fail(error),
  }
}

const classes: { readonly [type: string]: readonly string[] } = {
  VirtualMachine: ['VirtualMachine'],
  VMNetworkAdapter: ['VMNetworkAdapter'],
  VMNetworkAdapterBase: ['VMNetworkAdapter', 'VMInternalNetworkAdapter'],
  HardDiskDrive: ['HardDiskDrive'],
  DvdDrive: ['DvdDrive'],
  VMSwitch: ['VMSwitch'],
  VMFirmware: ['VMFirmware'],
  VMProcessor: ['VMProcessor'],
  VMMemory: ['VMMemory'],
  VMSnapshot: ['VMSnapshot'],
  VMScsiController: ['VMScsiController'],
  VMDriveController: ['VMScsiController'],
}

const classOf = (signature: Signature, parameter: string): string | undefined => {
  const type = signature.parameters[parameter]?.type?.replace(/\[\]$/, '')
  return type !== undefined && classes[type] !== undefined ? type : undefined
}

const fits = (value: PsValue, type: string): boolean =>
  itemsOf(value).every(
    (item) =>
      item instanceof PsObject &&
      (classes[type] ?? []).some((name) => item.types.includes(`Microsoft.HyperV.PowerShell.${name}`)),
  )

const fitsOf = (signature: Signature, parameter: string, value: PsValue): boolean => {
  const type = classOf(signature, parameter)
  return type !== undefined && fits(value, type)
}
