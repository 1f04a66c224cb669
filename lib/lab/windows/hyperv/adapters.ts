import type { Call } from '../../../powershell/host.ts'
import { PsObject } from '../../../powershell/values.ts'
import { type MachineAdapter, newAdapter, type Vlan } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { flagOf, numberOf, textOf } from '../values.ts'
import { enumName } from './enums.ts'
import { hypervCmdlet, invalidArgument, notFoundText, operationFailed, wrongState } from './errors.ts'
import { adapterObject, hostPorts, vlanObject } from './adapter-objects.ts'
import { adaptersOf, machinesOf, type Selected } from './select.ts'
import { keepBootOrder } from './firmware-objects.ts'

/** Network adapters of machines. */

const passThru = (call: Call, world: World, { machine, device }: Selected<MachineAdapter>): void => {
  if (flagOf(call.bound.get('Passthru')) === true) call.write(adapterObject(world, machine, device))
}

/** The switch of -SwitchName or -VMSwitch; `failed` after the error was reported. */
function switchOf(call: Call, world: World, cmdlet: string): string | 'failed' | undefined {
  const given = call.bound.get('VMSwitch')
  const handle = given instanceof PsObject ? given.handle : undefined
  const name = textOf(call.bound.get('SwitchName')) ?? (handle === undefined ? textOf(given) : undefined)
  if (name === undefined && handle === undefined) return undefined
  const found = world.hyperv.switches.find(
    (s) => s === handle || s.name.toLowerCase() === name?.toLowerCase(),
  )
  if (found !== undefined) return found.id
  call.error(invalidArgument(cmdlet, notFoundText('virtual switch', name ?? '')))
  return 'failed'
}

/** A MAC address as 12 hex digits. */
const macOf = (text: string): string | undefined => {
  const hex = text.replace(/[-:.]/g, '').toUpperCase()
  return /^[0-9A-F]{12}$/.test(hex) ? hex : undefined
}

const addAdapter = hypervCmdlet('Add-VMNetworkAdapter')((call, world) => {
  const cmdlet = 'Add-VMNetworkAdapter'
  const to = switchOf(call, world, cmdlet)
  if (to === 'failed') return
  for (const machine of machinesOf(nameless(call), world, cmdlet)) {
    if (machine.state === 'Running' && machine.generation === 1) {
      call.error(wrongState(cmdlet, "Failed to add device 'Ethernet Port'."))
      continue
    }
    if (machine.adapters.length >= 8) {
      call.error(
        operationFailed(
          cmdlet,
          `Failed to add device 'Ethernet Port'. The maximum number of devices was reached.`,
        ),
      )
      continue
    }
    const text = textOf(call.bound.get('StaticMacAddress'))
    const mac = text === undefined ? undefined : macOf(text)
    if (text !== undefined && mac === undefined) {
      call.error(invalidArgument(cmdlet, `The MAC address '${text}' is not valid.`))
      continue
    }
    const adapter = newAdapter(textOf(call.bound.get('Name')) ?? 'Network Adapter', world.ids)
    adapter.switchId = to
    adapter.dynamicMac = mac === undefined
    adapter.mac = mac ?? (machine.state === 'Running' ? world.hyperv.nextMac() : adapter.mac)
    adapter.deviceNaming = enumName('OnOffState', textOf(call.bound.get('DeviceNaming'))) === 'On'
    keepBootOrder(machine)
    machine.adapters.push(adapter)
    passThru(call, world, { machine, device: adapter })
  }
})

/** The same call without -Name, which names the adapter and not the machine. */
const nameless = (call: Call): Call => ({
  bound: new Map([...call.bound].filter(([key]) => key !== 'Name')),
  set: call.set,
  write: (value) => call.write(value),
  warn: (message) => call.warn(message),
  error: (error) => call.error(error),
  fail: (error) => call.fail(error),
})

const removeAdapter = hypervCmdlet('Remove-VMNetworkAdapter')((call, world) => {
  const cmdlet = 'Remove-VMNetworkAdapter'
  for (const selected of adaptersOf(call, world, cmdlet)) {
    const { machine, device } = selected
    if (machine.state === 'Running' && machine.generation === 1) {
      call.error(wrongState(cmdlet, "Failed to remove device 'Ethernet Port'."))
      continue
    }
    machine.adapters.splice(machine.adapters.indexOf(device), 1)
    passThru(call, world, selected)
  }
})

const onOffSetting = (call: Call, name: string, now: boolean): boolean => {
  const given = enumName('OnOffState', textOf(call.bound.get(name)))
  return given === undefined ? now : given === 'On'
}

const setAdapter = hypervCmdlet('Set-VMNetworkAdapter')((call, world) => {
  const cmdlet = 'Set-VMNetworkAdapter'
  for (const selected of adaptersOf(call, world, cmdlet)) {
    const { machine, device } = selected
    const text = textOf(call.bound.get('StaticMacAddress'))
    const mac = text === undefined ? undefined : macOf(text)
    const dynamic = flagOf(call.bound.get('DynamicMacAddress')) === true
    if (text !== undefined && mac === undefined) {
      call.error(invalidArgument(cmdlet, `The MAC address '${text}' is not valid.`))
      continue
    }
    if (
      machine.state !== 'Off' &&
      ((mac !== undefined && mac !== device.mac) || (dynamic && !device.dynamicMac))
    ) {
      call.error(wrongState(cmdlet, "Failed to modify device 'Ethernet Port'."))
      continue
    }
    if (mac !== undefined) {
      device.mac = mac
      device.dynamicMac = false
    } else if (dynamic && !device.dynamicMac) {
      device.dynamicMac = true
      device.mac = '000000000000'
    }
    device.macSpoofing = onOffSetting(call, 'MacAddressSpoofing', device.macSpoofing)
    device.dhcpGuard = onOffSetting(call, 'DhcpGuard', device.dhcpGuard)
    device.routerGuard = onOffSetting(call, 'RouterGuard', device.routerGuard)
    device.allowTeaming = onOffSetting(call, 'AllowTeaming', device.allowTeaming)
    device.deviceNaming = onOffSetting(call, 'DeviceNaming', device.deviceNaming)
    passThru(call, world, selected)
  }
})

const connect = hypervCmdlet('Connect-VMNetworkAdapter')((call, world) => {
  const to = switchOf(call, world, 'Connect-VMNetworkAdapter')
  if (to === 'failed') return
  for (const selected of adaptersOf(call, world, 'Connect-VMNetworkAdapter')) {
    selected.device.switchId = to
    passThru(call, world, selected)
  }
})

const disconnect = hypervCmdlet('Disconnect-VMNetworkAdapter')((call, world) => {
  for (const selected of adaptersOf(call, world, 'Disconnect-VMNetworkAdapter')) {
    selected.device.switchId = undefined
    passThru(call, world, selected)
  }
})

const rename = hypervCmdlet('Rename-VMNetworkAdapter')((call, world) => {
  for (const selected of adaptersOf(call, world, 'Rename-VMNetworkAdapter')) {
    selected.device.name = textOf(call.bound.get('NewName')) ?? selected.device.name
    passThru(call, world, selected)
  }
})

/** The VLAN that the switches and numbers of a call ask for; undefined when they are not complete or out of range. */
function vlanOf(call: Call): Vlan | undefined {
  const id = (name: string): number | undefined => {
    const number = numberOf(call.bound.get(name))
    return number !== undefined && number >= 0 && number <= 4094 ? number : undefined
  }
  if (flagOf(call.bound.get('Untagged')) === true) return { mode: 'Untagged' }
  const access = id('VlanId')
  if (flagOf(call.bound.get('Access')) === true)
    return access === undefined ? undefined : { mode: 'Access', id: access }
  const native = id('NativeVlanId')
  const allowed = textOf(call.bound.get('AllowedVlanIdList'))
  if (flagOf(call.bound.get('Trunk')) === true && native !== undefined && allowed !== undefined)
    return { mode: 'Trunk', native, allowed }
  return undefined
}

const setVlan = hypervCmdlet('Set-VMNetworkAdapterVlan')((call, world) => {
  const cmdlet = 'Set-VMNetworkAdapterVlan'
  const vlan = vlanOf(call)
  if (vlan === undefined)
    return call.fail(
      invalidArgument(cmdlet, 'The VLAN settings are not complete or a VLAN id is out of range (0 to 4094).'),
    )
  for (const { machine, device } of adaptersOf(call, world, cmdlet, 'VMNetworkAdapterName')) {
    device.vlan = vlan
    if (flagOf(call.bound.get('Passthru')) === true) call.write(vlanObject(world, machine, device))
  }
})

export const adapterCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VMNetworkAdapter': hypervCmdlet('Get-VMNetworkAdapter')((call, world) => {
    const cmdlet = 'Get-VMNetworkAdapter'
    const all = flagOf(call.bound.get('All')) === true
    if (all || flagOf(call.bound.get('ManagementOS')) === true) {
      const of = textOf(call.bound.get('SwitchName'))?.toLowerCase()
      for (const port of hostPorts(world))
        if (of === undefined || textOf(port.properties.get('SwitchName'))?.toLowerCase() === of)
          call.write(port)
      if (!all) return
      for (const machine of world.hyperv.machines)
        for (const adapter of machine.adapters) call.write(adapterObject(world, machine, adapter))
      return
    }
    for (const { machine, device } of adaptersOf(call, world, cmdlet))
      call.write(adapterObject(world, machine, device))
  }),
  'Add-VMNetworkAdapter': addAdapter,
  'Remove-VMNetworkAdapter': removeAdapter,
  'Set-VMNetworkAdapter': setAdapter,
  'Connect-VMNetworkAdapter': connect,
  'Disconnect-VMNetworkAdapter': disconnect,
  'Rename-VMNetworkAdapter': rename,
  'Get-VMNetworkAdapterVlan': hypervCmdlet('Get-VMNetworkAdapterVlan')((call, world) => {
    for (const { machine, device } of adaptersOf(
      call,
      world,
      'Get-VMNetworkAdapterVlan',
      'VMNetworkAdapterName',
    ))
      call.write(vlanObject(world, machine, device))
  }),
  'Set-VMNetworkAdapterVlan': setVlan,
}
