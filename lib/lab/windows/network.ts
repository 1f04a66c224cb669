import type { Call } from '../../powershell/host.ts'
import { PsEnum, PsNumber, type PsObject } from '../../powershell/values.ts'
import type { Adapter, Address } from '../world/network.ts'
import { hasWildcard, wildcard } from '../world/path.ts'
import type { World } from '../world/world.ts'
import type { Behaviour } from './cmdlet.ts'
import { numberOf, object, textsOf, uint32, uint64, itemsOf } from './values.ts'

/** Cmdlets of NetAdapter and NetTCPIP. */

const cim = (name: string): readonly string[] => [
  `Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/${name}`,
  'Microsoft.Management.Infrastructure.CimInstance',
]

function adapterObject(adapter: Adapter): PsObject {
  const up = adapter.status === 'Up'
  const speed = up ? adapter.bitsPerS : 0
  return object(
    cim('MSFT_NetAdapter'),
    {
      Name: adapter.name,
      InterfaceAlias: adapter.name,
      ifAlias: adapter.name,
      InterfaceDescription: adapter.description,
      ifDesc: adapter.description,
      InterfaceIndex: uint32(adapter.index),
      ifIndex: uint32(adapter.index),
      InterfaceGuid: adapter.guid,
      DeviceID: adapter.guid,
      InstanceID: adapter.guid,
      MacAddress: adapter.mac,
      LinkLayerAddress: adapter.mac,
      PermanentAddress: adapter.mac.replaceAll('-', ''),
      Status: adapter.status,
      LinkSpeed: speed === 0 ? '0 bps' : `${speed / 1_000_000_000} Gbps`,
      Speed: uint64(speed),
      TransmitLinkSpeed: uint64(speed),
      ReceiveLinkSpeed: uint64(speed),
      MediaConnectionState: new PsEnum(
        'Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetAdapter.NET_IF_MEDIA_CONNECT_STATE',
        up ? 'Connected' : 'Disconnected',
        up ? 1 : 2,
      ),
      AdminStatus: new PsEnum(
        'Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetAdapter.NET_IF_ADMIN_STATUS',
        adapter.status === 'Disabled' ? 'Down' : 'Up',
        adapter.status === 'Disabled' ? 2 : 1,
      ),
      Virtual: adapter.virtual,
      HardwareInterface: !adapter.virtual,
      ConnectorPresent: !adapter.virtual,
      Hidden: false,
      MtuSize: uint32(1500),
      VlanID: null,
    },
    adapter,
    `MSFT_NetAdapter (CreationClassName = "MSFT_NetAdapter", DeviceID = "${adapter.guid}")`,
  )
}

function addressObject(world: World, address: Address): PsObject {
  const adapter = world.network.adapters.find((a) => a.index === address.adapter)
  return object(
    cim('MSFT_NetIPAddress'),
    {
      IPAddress: address.address,
      IPv4Address: address.address,
      IPv6Address: null,
      InterfaceIndex: uint32(address.adapter),
      ifIndex: uint32(address.adapter),
      InterfaceAlias: adapter?.name ?? '',
      AddressFamily: new PsEnum(
        'Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetIPAddress.AddressFamily',
        'IPv4',
        2,
      ),
      AddressState: new PsEnum(
        'Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetIPAddress.AddressState',
        'Preferred',
        4,
      ),
      PrefixOrigin: new PsEnum(
        'Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetIPAddress.PrefixOrigin',
        address.dhcp ? 'Dhcp' : 'Manual',
        address.dhcp ? 3 : 1,
      ),
      PrefixLength: new PsNumber('Byte', BigInt(address.prefix)),
      SkipAsSource: false,
      Store: new PsNumber('Byte', 1n),
    },
    address,
    address.address,
  )
}

/** What the CDXML cmdlets say when a value matches nothing. */
function notFound(call: Call, type: string, property: string, value: string, cmdlet: string): void {
  call.error({
    message: `No ${type} objects found with property '${property}' equal to '${value}'.  Verify the value of the property and retry.`,
    fqid: `CmdletizationQuery_NotFound_${property},${cmdlet}`,
    category: 'ObjectNotFound',
    type: 'Microsoft.PowerShell.Cmdletization.Cim.CimJobException',
    target: value,
  })
}

/** Objects that fit every given filter; one that names a value without wildcards and matches nothing is reported. */
function query<T>(
  call: Call,
  all: readonly T[],
  type: string,
  cmdlet: string,
  filters: readonly (readonly [parameter: string, property: string, of: (one: T) => string])[],
): readonly T[] {
  let found = all
  for (const [parameter, property, of] of filters) {
    const wanted = textsOf(call.bound.get(parameter))
    if (wanted.length === 0) continue
    const like = wanted.map((w) => ({ text: w, regex: wildcard(w) }))
    for (const { text, regex } of like)
      if (!hasWildcard(text) && !all.some((one) => regex.test(of(one))))
        notFound(call, type, property, text, cmdlet)
    found = found.filter((one) => like.some(({ regex }) => regex.test(of(one))))
  }
  return found
}

const getNetAdapter: Behaviour = {
  invoke: (call, world) => {
    const found = query(call, world.network.adapters, 'MSFT_NetAdapter', 'Get-NetAdapter', [
      ['Name', 'Name', (a) => a.name],
      ['InterfaceDescription', 'InterfaceDescription', (a) => a.description],
      ['InterfaceIndex', 'InterfaceIndex', (a) => String(a.index)],
    ])
    const physical = call.bound.has('Physical')
    for (const adapter of found) if (!physical || !adapter.virtual) call.write(adapterObject(adapter))
  },
}

const getNetIpAddress: Behaviour = {
  invoke: (call, world) => {
    const alias = (a: Address): string =>
      world.network.adapters.find((x) => x.index === a.adapter)?.name ?? ''
    const found = query(call, world.network.addresses, 'MSFT_NetIPAddress', 'Get-NetIPAddress', [
      ['IPAddress', 'IPAddress', (a) => a.address],
      ['InterfaceIndex', 'InterfaceIndex', (a) => String(a.adapter)],
      ['InterfaceAlias', 'InterfaceAlias', alias],
    ])
    const families = itemsOf(call.bound.get('AddressFamily')).map((f) => textsOf(f)[0] ?? String(numberOf(f)))
    if (families.length > 0 && !families.some((f) => f.toLowerCase() === 'ipv4' || f === '2')) return
    for (const address of found) call.write(addressObject(world, address))
  },
}

export const adapterCmdlets: { readonly [name: string]: Behaviour } = { 'Get-NetAdapter': getNetAdapter }
export const addressCmdlets: { readonly [name: string]: Behaviour } = { 'Get-NetIPAddress': getNetIpAddress }
