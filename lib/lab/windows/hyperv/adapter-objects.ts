import type { PsObject } from '../../../powershell/values.ts'
import { deviceId } from '../../world/hyperv.ts'
import type { Machine, MachineAdapter } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import { guid, int32, list, object, strings, uint32 } from '../values.ts'
import { enumValue, onOff } from './enums.ts'
import { type DeviceHandle, guidOrNull, owner, type } from './object.ts'

/** Network adapters of machines and of the host, and their VLANs. */

export function adapterObject(world: World, machine: Machine, adapter: MachineAdapter): PsObject {
  const connectedTo = world.hyperv.switchById(adapter.switchId)
  return object(
    type('VMNetworkAdapter'),
    {
      ...owner(world, machine),
      Id: deviceId(machine, adapter),
      AdapterId: adapter.id,
      Name: adapter.name,
      SwitchName: connectedTo?.name ?? null,
      SwitchId: guidOrNull(connectedTo?.id),
      Connected: connectedTo !== undefined,
      MacAddress: adapter.mac,
      DynamicMacAddressEnabled: adapter.dynamicMac,
      IsLegacy: adapter.legacy,
      IsSynthetic: !adapter.legacy,
      IsManagementOs: false,
      IsExternalAdapter: false,
      IsTemplate: false,
      MacAddressSpoofing: onOff(adapter.macSpoofing),
      DhcpGuard: onOff(adapter.dhcpGuard),
      RouterGuard: onOff(adapter.routerGuard),
      AllowTeaming: onOff(adapter.allowTeaming),
      IeeePriorityTag: onOff(false),
      DeviceNaming: onOff(adapter.deviceNaming),
      PortMirroringMode: enumValue('VMNetworkAdapterPortMirroringMode', 'None'),
      VMQWeight: uint32(100),
      IovWeight: uint32(0),
      StormLimit: uint32(0),
      ClusterMonitored: true,
      IPAddresses: strings([]),
      Status: strings(machine.state === 'Running' ? ['Ok'] : []),
      PoolName: connectedTo === undefined ? 'Primordial' : null,
      TestReplicaSwitchName: '',
      BandwidthSetting: null,
      VlanSetting: vlanObject(world, machine, adapter),
    },
    { machine, device: adapter } satisfies DeviceHandle<MachineAdapter>,
    adapter.name,
  )
}

/** The host's own port on a switch, `Get-VMNetworkAdapter -ManagementOS`. */
export const hostPorts = (world: World): readonly PsObject[] =>
  world.network.adapters
    .filter((a) => a.virtual)
    .map((adapter) => {
      const connectedTo = world.hyperv.switchById(adapter.switchId)
      return object(
        type('VMInternalNetworkAdapter'),
        {
          Id: `Microsoft:${connectedTo?.id.toUpperCase() ?? ''}\\${adapter.guid}`,
          Name: connectedTo?.name ?? adapter.name,
          DeviceId: adapter.guid,
          AdapterId: adapter.guid,
          SwitchName: connectedTo?.name ?? null,
          SwitchId: guidOrNull(connectedTo?.id),
          MacAddress: adapter.mac.replaceAll('-', ''),
          IsManagementOs: true,
          IsExternalAdapter: connectedTo?.type === 'External',
          IsTemplate: false,
          IsDeleted: false,
          VMId: guid('00000000-0000-0000-0000-000000000000'),
          VMName: null,
          Status: strings(['Ok']),
          ComputerName: world.computerName,
        },
        adapter,
        connectedTo?.name ?? adapter.name,
      )
    })

export function vlanObject(world: World, machine: Machine, adapter: MachineAdapter): PsObject {
  const { vlan } = adapter
  const allowed = vlan.mode === 'Trunk' ? expandVlans(vlan.allowed) : []
  return object(
    type('VMNetworkAdapterVlanSetting'),
    {
      OperationMode: enumValue('VMNetworkAdapterVlanMode', vlan.mode),
      AccessVlanId: int32(vlan.mode === 'Access' ? vlan.id : 0),
      NativeVlanId: int32(vlan.mode === 'Trunk' ? vlan.native : 0),
      AllowedVlanIdList: list('System.Int32', allowed.map(int32)),
      AllowedVlanIdListString: vlan.mode === 'Trunk' ? vlan.allowed : '',
      PrimaryVlanId: int32(0),
      SecondaryVlanId: int32(0),
      ParentAdapter: object(
        type('VMNetworkAdapter'),
        { Name: adapter.name, VMName: machine.name },
        { machine, device: adapter },
        adapter.name,
      ),
      ComputerName: world.computerName,
      IsDeleted: false,
    },
    { machine, device: adapter } satisfies DeviceHandle<MachineAdapter>,
  )
}

/** `1-3,7` → 1, 2, 3, 7. */
const expandVlans = (text: string): readonly number[] =>
  text.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
