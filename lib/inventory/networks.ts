import type { OffLimitsNetwork } from '../domain/site.ts'
import type { z } from 'zod'
import type { Row } from './csv.ts'
import { parsePattern, parseRange } from './off-limits.ts'
import { anyText, kebabId, oneOf, type Reader } from './cells.ts'
import type { offLimitsSchema } from './schemas.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import type { YamlFile } from './yaml.ts'

export const networkColumns = ['id', 'name', 'rule', 'provenance'] as const

/** The networks of the register with their addresses and names; only ranges and patterns that could be read. */
export function readNetworks(
  reader: Reader,
  register: readonly Row[] | undefined,
  file: YamlFile<z.infer<typeof offLimitsSchema>> | undefined,
  complaints: Complaint[],
): readonly OffLimitsNetwork[] {
  const rows = register === undefined ? new Map() : reader.ids(register, 'id', kebabId)
  const given = file?.value?.networks
  if (file !== undefined && given !== undefined && register !== undefined)
    for (const id of Object.keys(given))
      if (!rows.has(id))
        complaints.push(
          file.complainKey(
            ['networks', id],
            'a network of networks-off-limits.csv',
            didYouMean(id, [...rows.keys()]) || 'Add it there.',
          ),
        )
  const networks: OffLimitsNetwork[] = []
  for (const [id, row] of rows) {
    if (!row.whole) continue
    const name = reader.read(row.cell('name'), anyText) ?? id
    reader.read(row.cell('rule'), oneOf(['never-target']))
    reader.read(row.cell('provenance'), anyText)
    const entry = given?.[id]
    if (entry === undefined) {
      if (given !== undefined)
        reader.complain(
          row.cell('id'),
          'an entry in off-limits.yaml',
          `Add ${id} there with its ranges and host names.`,
        )
      continue
    }
    const wrong = (path: readonly PropertyKey[], expected: string) =>
      complaints.push(
        file!.complain(
          ['networks', id, ...path],
          expected,
          'Correct it; until then the network is not protected.',
        ),
      )
    if (entry.ranges.length + entry.hostNames.length === 0) wrong([], 'at least one range or host name')
    networks.push({
      id,
      name,
      ranges: entry.ranges.filter((text, i) => {
        const range = parseRange(text)
        if (typeof range === 'string') wrong(['ranges', i], range)
        return typeof range !== 'string'
      }),
      hostNames: entry.hostNames.filter((text, i) => {
        const pattern = parsePattern(text)
        if (typeof pattern === 'string') wrong(['hostNames', i], pattern)
        return typeof pattern !== 'string'
      }),
    })
  }
  return networks
}
