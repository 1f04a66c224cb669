import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import type { OffLimitsNetwork } from '../domain/site.ts'

/** What a socket is about to be opened to: a name, an address, or both. */
export type Target = { readonly address?: string | undefined; readonly hostName?: string | undefined }

/** The network that forbids a target, or undefined. Addresses in any notation that a resolver takes are recognised. */
export function offLimits(
  networks: readonly OffLimitsNetwork[],
  target: Target,
): OffLimitsNetwork | undefined {
  const texts = [target.address, target.hostName].filter((text) => text !== undefined)
  const addresses = texts.flatMap(addressesIn)
  const names = texts.map(foldName)
  return compiled(networks).find(
    ({ ranges, patterns }) =>
      addresses.some(({ address, family }) => ranges.check(address, family)) ||
      patterns.some((p) => names.some((name) => p.test(name))),
  )?.network
}

/** `10.0.0.0/8`, `fd00::/8`; or what is wrong with it. */
export function parseRange(
  text: string,
): { readonly address: string; readonly bits: number; readonly family: Family } | string {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  if (!match) return 'a CIDR block such as 10.201.0.0/16 or fdc5:201::/32'
  const [, address, digits] = match
  const version = isIP(address!)
  if (version === 0 || address!.includes('%')) return 'an IPv4 or IPv6 address before the /'
  const bits = Number(digits)
  if (bits > (version === 4 ? 32 : 128)) return `a prefix of at most ${version === 4 ? 32 : 128} bits`
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (family === 'ipv6' && embeddedIpv4(address!).length > 0)
    return 'an IPv4 block as such, which forbids its IPv6 forms too'
  if (!noHostBits(address!, bits, family)) return `a block without host bits beyond /${bits}`
  return { address: address!, bits, family }
}

/** A host name pattern, or what is wrong with it. */
export const parsePattern = (text: string): RegExp | string =>
  /^(\*|[\p{L}\p{N}_-]+)(\.(\*|[\p{L}\p{N}_-]+))*$/u.test(text)
    ? new RegExp(
        `^${text
          .split('.')
          .map((label) => (label === '*' ? '[^.]+(\\.[^.]+)*' : foldName(label).replaceAll('-', '\\-')))
          .join('\\.')}$`,
      )
    : 'a host name in which * stands for whole labels, such as *.regnem.example'

type Family = 'ipv4' | 'ipv6'
type Address = { readonly address: string; readonly family: Family }
type Compiled = {
  readonly network: OffLimitsNetwork
  readonly ranges: BlockList
  readonly patterns: readonly RegExp[]
}

const cache = new WeakMap<readonly OffLimitsNetwork[], readonly Compiled[]>()

function compiled(networks: readonly OffLimitsNetwork[]): readonly Compiled[] {
  const known = cache.get(networks)
  if (known) return known
  const made = networks.map((network): Compiled => {
    const ranges = new BlockList()
    for (const text of network.ranges) {
      const range = parseRange(text)
      if (typeof range === 'string')
        throw new Error(`Internal error: range ${text} of ${network.id} was not validated: expected ${range}`)
      ranges.addSubnet(range.address, range.bits, range.family)
    }
    const patterns = network.hostNames.map((text) => {
      const pattern = parsePattern(text)
      if (typeof pattern === 'string')
        throw new Error(`Internal error: host name ${text} of ${network.id} was not validated`)
      return pattern
    })
    return { network, ranges, patterns }
  })
  cache.set(networks, made)
  return made
}

/** Every address that a text may mean: itself, the IPv4 inside an IPv6, and the decimal, hex, octal and short forms of IPv4. */
function addressesIn(text: string): readonly Address[] {
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
  if (isIP(bare) === 6)
    return [
      { address: bare, family: 'ipv6' as const },
      ...embeddedIpv4(bare).map((address) => ({ address, family: 'ipv4' as const })),
    ]
  const ipv4 = isIP(bare) === 4 ? bare : looseIpv4(bare)
  return ipv4 === undefined ? [] : [{ address: ipv4, family: 'ipv4' }]
}

/** The URL parser reads IPv4 as inet_aton does: `167837955`, `0x0a010203`, `012.1.2.3`, `10.1`. */
function looseIpv4(text: string): string | undefined {
  const url = `http://${text}/`
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return isIP(host) === 4 ? host : undefined
}

/** IPv4 addresses that an IPv6 one leads to: mapped, compatible, NAT64 (64:ff9b::/96) and 6to4 (2002::/16). */
function embeddedIpv4(address: string): readonly string[] {
  const groups = ipv6Groups(address)
  const quad = (i: number) =>
    [groups[i]! >> 8, groups[i]! & 255, groups[i + 1]! >> 8, groups[i + 1]! & 255].join('.')
  const head = (n: number) => groups.slice(0, n).every((g) => g === 0)
  if (groups[0] === 0x2002) return [quad(1)]
  const nat64 = groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((g) => g === 0)
  const mapped = head(5) && groups[5] === 0xffff
  const translated = head(4) && groups[4] === 0xffff && groups[5] === 0
  const compatible = head(6) && (groups[6] !== 0 || groups[7]! > 1)
  return nat64 || mapped || translated || compatible ? [quad(6)] : []
}

function ipv6Groups(address: string): readonly number[] {
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1)
  const [left = '', right] = canonical.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((g) => Number.parseInt(g, 16)))
  if (right === undefined) return parse(left)
  const l = parse(left)
  const r = parse(right)
  return [...l, ...Array<number>(8 - l.length - r.length).fill(0), ...r]
}

function noHostBits(address: string, bits: number, family: Family): boolean {
  const bytes =
    family === 'ipv4'
      ? address.split('.').map(Number)
      : ipv6Groups(address).flatMap((group) => [group >> 8, group & 255])
  return bytes.every((byte, i) => {
    const network = Math.min(8, Math.max(0, bits - i * 8))
    return (byte & (0xff >> network)) === 0
  })
}

const foldName = (text: string): string => {
  const name = text.trim().toLowerCase().replace(/\.+$/, '')
  return domainToASCII(name) || name
}
