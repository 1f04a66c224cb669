import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'
import { knownHostLine } from '../../lib/transport/ssh/known-hosts.ts'
import { Child } from './child.ts'
import type { Emulator } from './emulator.ts'
import { type Figures, figuresOf } from './figures.ts'
import { line, pathOf, twenty } from './twenty.ts'

const root = new URL('../../', import.meta.url)
const fromRoot = (path: string): string => fileURLToPath(new URL(path, root))

/** A mission of the ministry behind a line as the emulated one. */
export const mission = { site: 'beirut', host: 'beirut-hv1' } as const

export type Place = {
  readonly folder: string
  readonly address: string
  readonly port: number
  readonly account: string
  /** Private key file. */
  readonly key: string
  /** Public host key, OpenSSH line. */
  readonly hostKey: string
}

/** A copy of the ministry's inventory whose mission is the host at the far end, with the benchmark's budget at any hour. */
function writeProject({ folder, address, port, account, key, hostKey }: Place): string {
  const inventory = join(folder, 'inventories', 'ministry')
  mkdirSync(join(folder, 'inventories'), { recursive: true })
  cpSync(fromRoot('inventories/ministry'), inventory, { recursive: true })
  const hosts = join(inventory, 'hosts.csv')
  const rows = readFileSync(hosts, 'utf8')
    .split('\n')
    .map((row) => {
      const cells = row.split(',')
      return cells[0] === mission.host
        ? [cells[0], cells[1], address, port, account, key, ...cells.slice(6)].join(',')
        : row
    })
  writeFileSync(hosts, rows.join('\n'))
  const organisation = join(inventory, 'organisation.yaml')
  const document = parseDocument(readFileSync(organisation, 'utf8'))
  document.setIn(['linkClasses', 'satellite', 'budget'], [{ kbitPerS: line.budgetKbitPerS }])
  document.set('knownHosts', join(folder, 'known_hosts'))
  document.set('stateBackend', 'file://../../.chancery/state')
  writeFileSync(organisation, String(document))
  const blob = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64')
  writeFileSync(join(folder, 'known_hosts'), `${knownHostLine(address, port, blob)}\n`)
  const program = join(folder, 'settings.ts')
  writeFileSync(program, programSource())
  return program
}

const programSource = (): string => {
  const files = twenty.map((file) => ({ name: file.name, path: pathOf(file), content: file.content }))
  return `import { File } from ${JSON.stringify(new URL('lib/provider/resources/index.ts', root).href)}
const files = ${JSON.stringify(files, undefined, 2)}
export default ({ site }) => {
  for (const { name, ...file } of files) new File(name, { host: site.hosts[0].id, ...file })
}
`
}

/** `chancery up SITE --yes` at home: preview with a look at the host, then apply, through the real engine. */
export async function measurePerson(
  emulator: Emulator,
  place: Place,
  keep: (child: Child) => void,
): Promise<Figures> {
  const program = writeProject(place)
  const chancery = fromRoot('lib/cli/chancery.mjs')
  const command = [process.execPath, chancery, 'up', mission.site, '--yes', '--json', '--program', program]
  await emulator.reset()
  const started = performance.now()
  const child = new Child('chancery up', emulator.at('home', command), {
    cwd: place.folder,
    env: { ...process.env, NO_COLOR: '1', CHANCERY_MACHINE_FOLDER: join(place.folder, 'machine') },
  })
  keep(child)
  child.give('')
  const printed = (await child.rest()).join('\n')
  const code = await child.ended
  const seconds = (performance.now() - started) / 1000
  if (code !== 0)
    throw new Error(`chancery up: expected exit code 0, got ${code}\n${printed}\n${child.stderr}`)
  const report = JSON.parse(printed) as {
    sites: readonly { outcome: string; changes: { create?: number } }[]
  }
  const [site] = report.sites
  if (site?.outcome !== 'done' || site.changes.create !== twenty.length)
    throw new Error(`chancery up: expected ${twenty.length} files created, got ${printed}`)
  return figuresOf(await emulator.read(), line.rttMs, { seconds })
}
