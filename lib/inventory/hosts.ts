import type { Host, OffLimitsNetwork } from '../domain/site.ts'
import { didYouMean } from './complaint.ts'
import type { Row } from './csv.ts'
import { offLimits } from './off-limits.ts'
import { kebabId, readHost, type HostDefaults, type Reader } from './register.ts'

type Estate = {
  readonly siteIds: ReadonlySet<string> | undefined
  readonly networks: readonly OffLimitsNetwork[]
  readonly defaults: HostDefaults
}

/** The hosts of hosts.csv, in its order. Sites exist, jump chains end, no socket twice, none of them off limits. */
export function readHosts(
  reader: Reader,
  table: readonly Row[],
  { siteIds, networks, defaults }: Estate,
): readonly Host[] {
  const rows = reader.ids(table, 'id', kebabId)
  const sockets = new Map<string, string>()
  const hosts: Host[] = []
  for (const [id, row] of rows) {
    if (!row.whole) continue
    const site = row.cell('site')
    if (siteIds !== undefined && !site.absent && !siteIds.has(site.text))
      reader.complain(
        site,
        'the id of a site in sites.csv',
        didYouMean(site.text, [...siteIds]) || 'Add the site first.',
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
