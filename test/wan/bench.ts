import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { describeEngineFailure } from '../../lib/engine/engine-failure.ts'
import { ensureEngine } from '../../lib/engine/obtain.ts'
import { knownHostLine } from '../../lib/transport/ssh/known-hosts.ts'
import { Child } from './child.ts'
import { type Emulator, leftBehind, startEmulator } from './emulator.ts'
import type { FarSideOrder, FarSideReady } from './far-side.ts'
import { type Figures, figuresOf, type Report, table } from './figures.ts'
import type { NearSideOrder, NearSidePart } from './near-side.ts'
import { missingNeeds } from './needs.ts'
import { measureOpenSsh } from './openssh.ts'
import { measurePerson, mission } from './person.ts'
import { line } from './twenty.ts'

const usage = 'Usage: npm run bench:wan [-- --json]'
const ports = { bench: 2222, person: 2223 } as const
const account = 'chancery'
const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** What must be undone, in reverse order, whatever happens. */
const undo = new AsyncDisposableStack()
let ending: Promise<void> | undefined
const end = (): Promise<void> => (ending ??= undo.disposeAsync())
const keep = (child: Child): void => void undo.defer(() => child.stop())

async function measure(): Promise<{ readonly report: Report; readonly notes: readonly string[] }> {
  say('obtaining the Pulumi engine …')
  const engine = await ensureEngine({ env: process.env, onProgress: () => undefined })
  if (!engine.ok) throw new Error(describeEngineFailure(engine.error))
  for (const name of leftBehind()) execFileSync('ip', ['netns', 'del', name])
  const folder = mkdtempSync(join(tmpdir(), 'chancery-wan-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const emulator = await startEmulator(line)
  undo.defer(() => emulator.close())

  const user = ssh2.utils.generateKeyPairSync('ed25519')
  const key = join(folder, 'key')
  writeFileSync(key, user.private, { mode: 0o600 })
  const hostKeys = await startFarSide(emulator, user.public)

  say('cold and warm: our transport, twenty files over one connection …')
  const { cold, warm, notes } = await measureOurs(emulator, folder, key, hostKeys.bench)
  say('previewThenUp: chancery up through the real engine …')
  const place = { folder, address: emulator.site, port: ports.person, account, key, hostKey: hostKeys.person }
  const previewThenUp = await measurePerson(emulator, place, keep)
  say('openssh: one ssh that pipes a script …')
  const openssh = await measureOpenSsh(emulator, folder, keep)
  return { report: { cold, warm, previewThenUp, openssh }, notes }
}

async function startFarSide(
  emulator: Emulator,
  authorizedKey: string,
): Promise<{ readonly bench: string; readonly person: string }> {
  const order: FarSideOrder = {
    address: emulator.site,
    account,
    authorizedKey,
    hosts: [
      { id: 'bench', port: ports.bench },
      { id: mission.host, port: ports.person },
    ],
  }
  const child = new Child('far-side', emulator.at('site', nodeWith('far-side.ts', order)))
  keep(child)
  const { hostKeys } = await child.next<FarSideReady>()
  return { bench: hostKeys['bench'] ?? '', person: hostKeys[mission.host] ?? '' }
}

async function measureOurs(
  emulator: Emulator,
  folder: string,
  key: string,
  hostKey: string,
): Promise<{ readonly cold: Figures; readonly warm: Figures; readonly notes: readonly string[] }> {
  const knownHosts = join(folder, 'known_hosts_bench')
  const blob = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64')
  writeFileSync(knownHosts, `${knownHostLine(emulator.site, ports.bench, blob)}\n`)
  const order: NearSideOrder = { address: emulator.site, port: ports.bench, account, key, knownHosts }
  const child = new Child('near-side', emulator.at('home', nodeWith('near-side.ts', order)))
  keep(child)
  const notes: string[] = []
  const part = async (name: string): Promise<Figures> => {
    await emulator.reset()
    const done = await child.ask<NearSidePart>('go')
    const span = await emulator.read()
    notes.push(
      `${name}: ${done.frames} frame, ${done.channelUp} B up and ${done.channelDown} B down in the channel, ${span.packets_up} and ${span.packets_down} packets, ${done.computeMs} ms of the host's own work taken off`,
    )
    return figuresOf(span, line.rttMs, { computeMs: done.computeMs })
  }
  const cold = await part('cold')
  const warm = await part('warm')
  await child.stop()
  return { cold, warm, notes }
}

const nodeWith = (file: string, order: object): readonly string[] => [
  process.execPath,
  new URL(file, import.meta.url).pathname,
  JSON.stringify(order),
]

const explanation = `Twenty files of 42 bytes on one host, behind ${line.rttMs} ms and ${line.kbitPerS} kbit/s (of which ${line.budgetKbitPerS} kbit/s are budget), packet by packet; IP bytes.
cold: one apply over a new connection to a host that knows no script; warm: a look at all of them over the same. Both without the host's own
work, against a lab host. previewThenUp: chancery up through the real engine, by the clock on the wall. openssh: one ssh into a real sshd.
exchanges: how often home had to wait a round trip for the site.`

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--json')
  if (unknown !== undefined) {
    say(`bench:wan: expected --json or nothing, got ${unknown}. ${usage}`)
    return 2
  }
  const missing = missingNeeds(say)
  if (missing.length > 0) {
    say(
      ["bench:wan can't run here. Nothing was started. It needs", ...missing.map((need) => `  ${need}`)].join(
        '\n',
      ),
    )
    return 1
  }
  const { report, notes } = await measure()
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(report)}\n`)
  else process.stdout.write(`${table(report)}\n\n${notes.join('\n')}\n\n${explanation}\n`)
  return 0
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => void end().finally(() => process.exit(code)))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (cause) {
  if (ending === undefined) say(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  process.exitCode = 1
} finally {
  await end()
}
