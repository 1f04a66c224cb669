import type { Host, OffLimitsNetwork } from '../domain/site.ts'
import { didYouMean } from './complaint.ts'
import type { Row } from './csv.ts'
import { offLimits } from './off-limits.ts'
import { anyText, kebabId, socketAddress, wholeNumber, type Reader } from './cells.ts'

export const hostColumns = ['id', 'site', 'address', 'port', 'account', 'key', 'jump', 'provenance'] as const

type Surroundings = {
  /** Undefined: the register could not be read. */
  readonly siteIds: readonly string[] | undefined
  readonly networks: readonly OffLimitsNetwork[]
  /** Undefined: organisation.yaml could not be read; its complaints say why. */
  readonly defaults: HostDefaults | undefined
}

/** The hosts of hosts.csv, in its order. Sites exist, jump chains end, no socket twice, none of them off limits. */
export function readHosts(
  reader: Reader,
  table: readonly Row[],
  { siteIds, networks, defaults }: Surroundings,
): readonly Host[] {
  const rows = reader.ids(table, 'id', kebabId)
  const sockets = new Map<string, string>()
  const hosts: Host[] = []
  for (const [id, row] of rows) {
    if (!row.whole) continue
    const site = row.cell('site')
    if (siteIds !== undefined && !site.absent && !siteIds.includes(site.text))
      reader.complain(
        site,
        'the id of a site in sites.csv',
        didYouMean(site.text, siteIds) || 'Add the site first.',
      )
    checkJump(reader, rows, row)
    const host = readHost(reader, row, id, defaults)
    const address = row.cell('address')
    const network = offLimits(networks, { address: address.text }) ?? offLimits(networks, { hostName: id })
    if (network !== undefined)
      reader.complain(
        address,
        `an address outside ${network.id} (${network.name}), which is never a target`,
        'Remove the host. Nothing overrides this.',
      )
    if (host === undefined) continue
    const socket = `${host.jump ?? ''}|${host.address.toLowerCase()}|${host.port}`
    const other = sockets.get(socket)
    if (other !== undefined)
      reader.complain(
        row.cell('port'),
        'an address and port that no other host has',
        `${other} has them already; correct one.`,
      )
    else sockets.set(socket, id)
    hosts.push(host)
  }
  return hosts
}

function checkJump(reader: Reader, rows: ReadonlyMap<string, Row>, row: Row): void {
  const cell = row.cell('jump')
  if (cell.text === '') return
  if (!rows.has(cell.text)) {
    reader.complain(
      cell,
      'the id of a host in hosts.csv',
      didYouMean(cell.text, [...rows.keys()]) || 'Add the host first.',
    )
    return
  }
  const chain = [row.cell('id').text]
  for (let next = cell.text; next !== ''; next = rows.get(next)?.cell('jump').text ?? '') {
    if (next === chain[0]) {
      reader.complain(
        cell,
        'a chain of jump hosts that ends',
        `It goes ${[...chain, next].join(' > ')}; break it.`,
      )
      return
    }
    // A loop further along is told at the hosts that are in it.
    if (chain.includes(next)) return
    chain.push(next)
  }
}

type HostDefaults = { readonly account: string; readonly port: number; readonly key?: string | undefined }

/** A row of hosts.csv, or undefined when a complaint was made. A key `agent` means the SSH agent; key paths stay relative. */
function readHost(
  reader: Reader,
  row: Row,
  id: string,
  { account = '', port: defaultPort = 22, key: defaultKey }: Partial<HostDefaults> = {},
): Host | undefined {
  const before = reader.complaints.length
  const text = (column: (typeof hostColumns)[number]) => row.cell(column).text
  const port = text('port') === '' ? defaultPort : reader.read(row.cell('port'), wholeNumber(1, 65535, 22))
  const address = reader.read(row.cell('address'), socketAddress)
  reader.read(row.cell('provenance'), anyText)
  const key = text('key') === '' ? defaultKey : text('key')
  if (reader.complaints.length > before || port === undefined || address === undefined) return undefined
  return {
    id,
    site: text('site'),
    address,
    port,
    account: text('account') || account,
    ...(key === undefined || key === 'agent' ? {} : { key }),
    ...(text('jump') === '' ? {} : { jump: text('jump') }),
  }
}
