import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ok } from '../../lib/domain/result.ts'
import { kind } from '../../lib/kinds/windows/file/index.ts'
import { type Lab, startLab } from '../../lib/lab/index.ts'
import { measureSource } from '../../lib/link/delivery/source.ts'
import { createLink } from '../../lib/link/index.ts'
import { bring } from '../../lib/transport/delivery/bring.ts'
import { deliver } from '../../lib/transport/delivery/deliver.ts'
import { createTransport, type Transport } from '../../lib/transport/session.ts'
import { onLine } from '../../lib/transport/ssh/packets.ts'
import { newKey } from '../../lib/transport/ssh/ssh.test-rig.ts'
import { hurriedClock } from '../rig/hurried-clock.ts'
import { type MeasuredRelay, mostWithin, startMeasuredRelay } from '../rig/measured-relay.ts'
import { line, link } from './twenty.ts'

/** Time that goes so much faster than the machine's. */
const hurry = 2
const clock = hurriedClock(hurry)
const size = 450_000

let folder: string
let lab: Lab
let relay: MeasuredRelay
let transport: Transport
const door = createLink({ link, clock, emit: () => undefined, random: Math.random })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-thin-'))
  const user = newKey()
  lab = await startLab({
    hosts: [
      {
        ...{ id: 'host', site: 'site', port: 0, account: 'chancery', image: 'bare' },
        ...{ authorizedKey: user.public, hostKey: newKey().private },
      },
    ],
    // Timers take a part of the lab's rate: the line carries enough for the budget all the same.
    links: [{ site: 'site', rttMs: line.rttMs, kbitPerS: line.kbitPerS * 1.5 }],
    clock,
  })
  const { port, hostKey } = lab.host('host')
  relay = await startMeasuredRelay(port)
  const [key, knownHosts] = [join(folder, 'key'), join(folder, 'known_hosts')]
  writeFileSync(key, user.private, { mode: 0o600 })
  writeFileSync(knownHosts, `[127.0.0.1]:${relay.port} ${hostKey}\n`)
  transport = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: relay.port, account: 'chancery', key }),
    knownHosts,
    allowed: () => ok(undefined),
    door: () => door,
    emit: () => undefined,
    clock,
  })
})
afterAll(async () => {
  await transport.close()
  await relay.close()
  await lab.close()
  rmSync(folder, { recursive: true })
})

const text = readFileSync(new URL('../../lib/kinds/windows/file/observe.ps1', import.meta.url), 'utf8')
const script = createHash('sha256').update(text).digest('hex')

/** How long a look at one file takes, ms. */
async function look(): Promise<number> {
  const params = kind.look({ path: 'C:\\motd.txt', content: '', encoding: 'utf8' }, undefined)
  const started = clock.elapsed()
  const answer = await transport.host('host').exchange({
    scripts: new Map([[script, text]]),
    guards: [],
    ops: [{ op: 'observe', key: 'file', script, params }],
  })
  expect(answer).toMatchObject({ ok: true, value: { replies: [{ ok: true }] } })
  return clock.elapsed() - started
}

/** What a quarter of them is longer than: hiccups of the machine are none of the line. */
const long = (times: readonly number[]): number =>
  [...times].sort((a, b) => b - a)[Math.floor(times.length / 4)] ?? Infinity

it('a file over the thin line uses the budget, keeps to it over any two seconds, and delays looks by less than half', async () => {
  await look()
  const idle: number[] = []
  for (let i = 0; i < 6; i++) idle.push(await look())
  const path = join(folder, 'agent.bin')
  writeFileSync(path, randomBytes(size))
  const measured = await measureSource(path)
  if (!measured.ok) throw new Error(measured.error.detail)
  const before = relay.sent.length
  const started = clock.elapsed()
  let over = false
  const bringing = bring(
    { ...measured.value, name: 'agent.bin' },
    {
      ...{ port: transport.bulk('host'), door, clock, deliver, rttMs: line.rttMs, random: Math.random },
      budget: () => line.budgetKbitPerS,
      delivery: { store: undefined },
    },
  ).finally(() => (over = true))
  const looks: number[] = []
  while (!over) {
    looks.push(await look())
    await clock.sleep(50 + Math.random() * 200)
  }
  expect(await bringing).toMatchObject({ ok: true, value: { how: 'whole' } })
  const seconds = (clock.elapsed() - started) / 1000
  const budget = (line.budgetKbitPerS * 1000) / 8
  const packets = relay.sent.slice(before).map(([at, bytes, from]) => [at, onLine(bytes), from] as const)
  const most = mostWithin(packets, 2000 / hurry)
  expect(most).toBeLessThanOrEqual(2 * budget * 1.05)
  expect(most).toBeGreaterThan(budget)
  expect(size / budget / seconds).toBeGreaterThan(0.5)
  expect(looks.length).toBeGreaterThan(7)
  expect(long(looks)).toBeLessThan(long(idle) * 1.5)
}, 180_000)
