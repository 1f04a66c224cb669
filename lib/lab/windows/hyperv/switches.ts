import type { Call } from '../../../powershell/host.ts'
import { PsObject, type PsValue } from '../../../powershell/values.ts'
import type { VirtualSwitch } from '../../world/machine.ts'
import { hasWildcard, wildcard } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { flagOf, guid, itemsOf, list, object, strings, textOf, textsOf, uint32, uint64 } from '../values.ts'
import { enumName, enumValue } from './enums.ts'
import { hypervCmdlet, invalidArgument, notFoundText, operationFailed } from './errors.ts'

/** Virtual switches. */

function switchObject(world: World, of: VirtualSwitch): PsObject {
  const bound = of.adapters.flatMap((index) => world.network.adapters.filter((a) => a.index === index))
  return object(
    ['Microsoft.HyperV.PowerShell.VMSwitch'],
    {
      Id: guid(of.id),
      Name: of.name,
      SwitchType: enumValue('VMSwitchType', of.type),
      AllowManagementOS: of.type === 'External' ? of.allowManagementOS : of.type === 'Internal',
      NetAdapterInterfaceDescription:
        bound[0] === undefined ? null : of.teaming ? 'Teamed-Interface' : bound[0].description,
      NetAdapterInterfaceDescriptions: strings(bound.map((a) => a.description)),
      NetAdapterInterfaceGuid: bound.map((a) => guid(a.guid)),
      Notes: of.notes,
      EmbeddedTeamingEnabled: of.teaming,
      IovEnabled: of.iov,
      IovSupport: false,
      PacketDirectEnabled: false,
      PacketDirectInUse: false,
      BandwidthReservationMode: enumValue(
        'VMSwitchBandwidthMode',
        of.bandwidthMode === 'Default' ? 'Absolute' : of.bandwidthMode,
      ),
      DefaultFlowMinimumBandwidthAbsolute: uint64(0),
      DefaultFlowMinimumBandwidthWeight: uint64(0),
      DefaultQueueVrssEnabledRequested: true,
      DefaultQueueVmmqEnabledRequested: true,
      SoftwareRscEnabled: true,
      BandwidthPercentage: uint32(0),
      Extensions: list('Microsoft.HyperV.PowerShell.VMSwitchExtension', []),
      ComputerName: world.computerName,
      IsDeleted: !world.hyperv.switches.includes(of),
    },
    of,
    `VMSwitch (Name = '${of.name}') [Id = '${of.id}']`,
  )
}

const passThru = (call: Call, world: World, of: VirtualSwitch): void => {
  if (flagOf(call.bound.get('Passthru')) === true) call.write(switchObject(world, of))
}

/** Switches by object, id or name; one that is not there is reported as InvalidParameter. */
function switchesOf(call: Call, world: World, cmdlet: string): readonly VirtualSwitch[] {
  const all = world.hyperv.switches
  const given = itemsOf(call.bound.get('VMSwitch'))
  if (given.length > 0)
    return given.flatMap((value: PsValue) => {
      const found = all.find((s) =>
        value instanceof PsObject
          ? s === value.handle
          : s.name.toLowerCase() === (textOf(value) ?? '').toLowerCase(),
      )
      if (found === undefined)
        call.error(invalidArgument(cmdlet, notFoundText('virtual switch', textOf(value) ?? '')))
      return found ?? []
    })
  const ids = textsOf(call.bound.get('Id')).map((id) => id.replace(/[{}]/g, '').toLowerCase())
  for (const id of ids)
    if (!all.some((s) => s.id === id))
      call.error(invalidArgument(cmdlet, `Hyper-V was unable to find a virtual switch with id "${id}".`))
  if (ids.length > 0) return all.filter((s) => ids.includes(s.id))
  const names = textsOf(call.bound.get('Name'))
  for (const name of names)
    if (!hasWildcard(name) && !all.some((s) => wildcard(name).test(s.name)))
      call.error(invalidArgument(cmdlet, notFoundText('virtual switch', name)))
  return names.length === 0 ? all : all.filter((s) => names.some((name) => wildcard(name).test(s.name)))
}

/** Interface indexes of the adapters that -NetAdapterName or -NetAdapterInterfaceDescription names. */
function physical(
  call: Call,
  world: World,
  cmdlet: string,
  but?: VirtualSwitch,
): readonly number[] | undefined {
  const names = textsOf(call.bound.get('NetAdapterName'))
  const descriptions = textsOf(call.bound.get('NetAdapterInterfaceDescription'))
  if (names.length + descriptions.length === 0) return []
  const found = [
    ...names.map((n) => world.network.adapter(n)),
    ...descriptions.map((d) => world.network.byDescription(d)),
  ]
  const at = found.findIndex((a) => a === undefined || a.virtual)
  if (at >= 0) {
    call.error(
      invalidArgument(cmdlet, `The network adapter '${[...names, ...descriptions][at]}' was not found.`),
    )
    return undefined
  }
  const adapters = found.flatMap((a) => a ?? [])
  const taken = adapters.find((a) => a.switchId !== undefined && a.switchId !== but?.id)
  if (taken !== undefined) {
    call.error(
      operationFailed(
        cmdlet,
        `Failed while adding virtual Ethernet switch connections. External Ethernet adapter '${taken.description}' is already bound to the Microsoft Virtual Switch protocol.`,
      ),
    )
    return undefined
  }
  return adapters.map((a) => a.index)
}

const newSwitch = hypervCmdlet('New-VMSwitch')((call, world) => {
  const cmdlet = 'New-VMSwitch'
  const adapters = physical(call, world, cmdlet)
  if (adapters === undefined) return
  const teaming = flagOf(call.bound.get('EnableEmbeddedTeaming')) === true
  if (adapters.length > 1 && !teaming)
    return call.fail(
      invalidArgument(
        cmdlet,
        'A virtual switch can have only one network adapter unless embedded teaming is enabled.',
      ),
    )
  const type =
    adapters.length > 0 ? 'External' : enumName('VMSwitchType', textOf(call.bound.get('SwitchType')))
  if (type !== 'External' && call.bound.has('AllowManagementOS'))
    return call.fail(
      invalidArgument(
        cmdlet,
        'The parameter AllowManagementOS is only valid for an external virtual switch.',
      ),
    )
  if (type === undefined || (type === 'External' && adapters.length === 0))
    return call.fail(invalidArgument(cmdlet, 'An external virtual switch needs a network adapter.'))
  const name = textOf(call.bound.get('Name')) ?? ''
  const made = world.hyperv.addSwitch({
    name,
    type: type as VirtualSwitch['type'],
    allowManagementOS:
      type === 'Internal' || (type === 'External' && (flagOf(call.bound.get('AllowManagementOS')) ?? true)),
    adapters: [...adapters],
    notes: textOf(call.bound.get('Notes')) ?? '',
    teaming,
    iov: flagOf(call.bound.get('EnableIov')) === true,
    bandwidthMode: (enumName('VMSwitchBandwidthMode', textOf(call.bound.get('MinimumBandwidthMode'))) ??
      'Default') as VirtualSwitch['bandwidthMode'],
  })
  call.write(switchObject(world, made))
})

const setSwitch = hypervCmdlet('Set-VMSwitch')((call, world) => {
  const cmdlet = 'Set-VMSwitch'
  const settings = [
    'Notes',
    'SwitchType',
    'AllowManagementOS',
    'NetAdapterName',
    'NetAdapterInterfaceDescription',
    'DefaultFlowMinimumBandwidthAbsolute',
    'DefaultFlowMinimumBandwidthWeight',
  ]
  if (!settings.some((name) => call.bound.has(name)))
    return call.fail(invalidArgument(cmdlet, 'Parameter set cannot be resolved: no setting was given.'))
  for (const of of switchesOf(call, world, cmdlet)) {
    const adapters = physical(call, world, cmdlet, of)
    if (adapters === undefined) continue
    const type = enumName('VMSwitchType', textOf(call.bound.get('SwitchType'))) as
      VirtualSwitch['type'] | undefined
    const allow = flagOf(call.bound.get('AllowManagementOS'))
    if (adapters.length > 0) {
      // Binding an adapter makes the switch external, and shares it with the host unless told otherwise.
      of.type = 'External'
      world.hyperv.bind(of, adapters, allow ?? true)
    } else if (type !== undefined) {
      of.type = type
      world.hyperv.bind(
        of,
        type === 'External' ? of.adapters : [],
        type === 'Internal' || (type === 'External' && (allow ?? of.allowManagementOS)),
      )
    } else if (allow !== undefined) {
      // On an internal switch this parameter makes it private.
      if (of.type === 'Internal' && !allow) of.type = 'Private'
      world.hyperv.bind(of, of.adapters, allow)
    }
    if (call.bound.has('Notes')) of.notes = textOf(call.bound.get('Notes')) ?? ''
    passThru(call, world, of)
  }
})

const removeSwitch = hypervCmdlet('Remove-VMSwitch')((call, world) => {
  for (const of of [...switchesOf(call, world, 'Remove-VMSwitch')]) {
    const running = world.hyperv.usersOf(of.id).filter((m) => m.state === 'Running')
    if (running.length > 0)
      call.error(
        operationFailed(
          'Remove-VMSwitch',
          `Failed while removing virtual Ethernet switch. The virtual switch '${of.name}' cannot be deleted because it is being used by running virtual machines or assigned to child pools.`,
        ),
      )
    else world.hyperv.removeSwitch(of)
  }
})

export const switchCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VMSwitch': hypervCmdlet('Get-VMSwitch')((call, world) => {
    const types = textsOf(call.bound.get('SwitchType')).map((t) => enumName('VMSwitchType', t))
    for (const of of switchesOf(call, world, 'Get-VMSwitch'))
      if (types.length === 0 || types.includes(of.type)) call.write(switchObject(world, of))
  }),
  'New-VMSwitch': newSwitch,
  'Set-VMSwitch': setSwitch,
  'Rename-VMSwitch': hypervCmdlet('Rename-VMSwitch')((call, world) => {
    for (const of of switchesOf(call, world, 'Rename-VMSwitch')) {
      world.hyperv.renameSwitch(of, textOf(call.bound.get('NewName')) ?? of.name)
      passThru(call, world, of)
    }
  }),
  'Remove-VMSwitch': removeSwitch,
}
