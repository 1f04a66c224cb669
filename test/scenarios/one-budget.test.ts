import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { budgetAt } from '../../lib/link/index.ts'
import { ticks } from '../../lib/link/this-process.ts'
import { chunkBytesFor } from '../../lib/transport/delivery/sizes.ts'
import { runCli, startCli, waitUntil } from '../rig/cli.ts'
import { startRig, type Rig } from '../rig/estate.ts'
import { type Postgres, startPostgres } from '../rig/postgres.ts'
import { oneRateAllDay } from '../rig/one-rate.ts'
import { chainProgram, filesProgram, textOf } from '../rig/programs.ts'
import { goOn, stopAtRest } from '../rig/stopped.ts'
import type { LinkUserOrder, LinkUserReport } from '../rig/link-user.ts'
import {
  type Held,
  type MeasuredRelay,
  mostAtOnce,
  mostWithin,
  startMeasuredRelay,
} from '../rig/measured-relay.ts'

const script = fileURLToPath(new URL('../rig/link-user.ts', import.meta.url))

/** A process of its own that uses a link; its lines, parsed. */
function useLink(
  order: LinkUserOrder,
  env: NodeJS.ProcessEnv = {},
): {
  readonly pid: number | undefined
  /** It is about to ask for the link, or waits to be told. */
  readonly ready: Promise<unknown>
  readonly report: Promise<LinkUserReport>
  readonly go: () => void
  readonly stop: () => void
  readonly signal: (name: NodeJS.Signals) => void
} {
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  // It may have ended.
  child.stdin.on('error', () => undefined)
  let text = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  return {
    pid: child.pid,
    ready: once(child.stdout, 'data'),
    go: () => void child.stdin.write('go\n'),
    stop: () => void child.stdin.end(),
    signal: (name) => void child.kill(name),
    report: new Promise((resolve, reject) =>
      child.once('close', () => {
        const last = text.trim().split('\n').at(-1) ?? ''
        if (last.startsWith('{')) resolve(JSON.parse(last) as LinkUserReport)
        else reject(new Error(`it ended without a report: ${errors}`))
      }),
    ),
  }
}

describe('two processes on one link', { timeout: 240_000 }, () => {
  const site = 'beirut'
  const host = 'beirut-hv1'
  let rig: Rig
  let relay: MeasuredRelay
  /** The same organisation and state, from another folder. */
  let otherCheckout: Pick<LinkUserOrder, 'inventory' | 'root'>
  beforeAll(async () => {
    rig = await startRig({ sites: [site], inventory: oneRateAllDay })
    relay = await startMeasuredRelay(rig.lab.host(host).port)
    const inventory = join(rig.folder, 'inventories', 'ministry')
    const hosts = join(inventory, 'hosts.csv')
    const port = String(rig.lab.host(host).port)
    writeFileSync(hosts, readFileSync(hosts, 'utf8').replace(`,${port},`, `,${relay.port},`))
    const pins = rig.estate.knownHosts
    writeFileSync(pins, readFileSync(pins, 'utf8').replaceAll(`:${port} `, `:${relay.port} `))
    const organisation = join(inventory, 'organisation.yaml')
    const text = readFileSync(organisation, 'utf8')
    writeFileSync(
      organisation,
      text.replace(/^stateBackend: .*$/m, `stateBackend: ${rig.estate.stateBackend}`),
    )
    const other = join(rig.folder, 'other', 'inventories', 'ministry')
    cpSync(inventory, other, { recursive: true })
    cpSync(join(rig.folder, '.chancery', 'lab'), join(rig.folder, 'other', '.chancery', 'lab'), {
      recursive: true,
    })
    otherCheckout = { inventory: other, root: join(rig.folder, 'other', '.chancery') }
  })
  afterAll(async () => {
    await relay.close()
    await rig.close()
  })

  it('of two checkouts together keep to its budget and to its number of jobs at once, and neither starves', async () => {
    const link = rig.estate.sites.find(({ id }) => id === site)!.link
    const order: LinkUserOrder = {
      inventory: join(rig.folder, 'inventories', 'ministry'),
      root: join(rig.folder, '.chancery'),
      host,
      site,
      forMs: 8_000,
      frameBytes: 2_000,
    }
    const reports = await Promise.all([useLink(order).report, useLink({ ...order, ...otherCheckout }).report])
    expect(reports.flatMap(({ failures }) => failures)).toEqual([])
    const budget = (budgetAt(link, Date.now()).kbitPerS * 1000) / 8
    const most = mostWithin(relay.sent, 2_000)
    expect(most).toBeLessThanOrEqual(2 * budget * 1.05)
    expect(relay.sent.reduce((sum, [, n]) => sum + n, 0)).toBeGreaterThan(budget)
    expect(mostAtOnce(reports.flatMap(({ jobs }) => jobs))).toBe(1)
    for (const { frames, jobs } of reports) expect([frames > 1, jobs.length > 1]).toEqual([true, true])
  })

  it('one that pushes a file lets another have its turn within two chunks, and goes on behind it', async () => {
    const bytes = randomBytes(300_000)
    writeFileSync(join(rig.folder, 'agent.bin'), bytes)
    // It runs before the push begins: how long a process takes to start decides nothing.
    const user = useLink({
      inventory: join(rig.folder, 'inventories', 'ministry'),
      root: join(rig.folder, 'third', '.chancery'),
      ...{ host, site, forMs: 500, waits: true },
    })
    await user.ready
    const push = startCli(['push', 'agent.bin', site, '--json'], {
      cwd: rig.folder,
      env: { CHANCERY_MACHINE_FOLDER: process.env['CHANCERY_MACHINE_FOLDER'] },
    })
    const before = relay.sent.length
    const sum = (some: MeasuredRelay['sent']): number => some.reduce((all, [, n]) => all + n, 0)
    const pushed = (): number => sum(relay.sent.slice(before))
    let over = false
    void push.ended.then(() => (over = true))
    await waitUntil(() => pushed() > 60_000 || over)
    expect(over && push.written).toBe(false)
    user.go()
    const { asked, jobs, failures } = await user.report
    expect(failures).toEqual([])
    const link = rig.estate.sites.find(({ id }) => id === site)!.link
    const { kbitPerS } = budgetAt(link, Date.now())
    const meanwhile = sum(relay.sent.filter(([at]) => at >= asked && at < jobs[0]![0]))
    // Two chunks; how often who waits asks, and how long it is known.
    expect(meanwhile).toBeLessThan(2 * chunkBytesFor(kbitPerS) + ((250 + 500) * kbitPerS) / 8 + 5_000)
    const { code, stdout } = await push.ended
    expect(code).toBe(0)
    const report = JSON.parse(stdout) as {
      readonly sites: readonly {
        readonly contents: readonly {
          readonly delivered: { readonly resumedAt: number; readonly sent: number }
        }[]
      }[]
    }
    // Both turns are told as one: all of it crossed, and began at nothing.
    const { resumedAt, sent } = report.sites[0]!.contents[0]!.delivered
    expect([resumedAt, sent >= bytes.length]).toEqual([0, true])
    const sha = createHash('sha256').update(bytes).digest('hex')
    const held = rig.lab.host(host).world.files.read(`C:\\ProgramData\\Chancery\\content\\${sha}`)
    expect(held.ok && Buffer.from(held.value).equals(bytes)).toBe(true)
    // What was on its way of one chunk is sent again, and the receiver.
    expect(pushed()).toBeLessThan(bytes.length + 3 * chunkBytesFor(kbitPerS) + 20_000)
  })

  describe('of machines that share a database', () => {
    let postgres: Postgres
    let orderOf: (machine: string) => readonly [LinkUserOrder, NodeJS.ProcessEnv]
    beforeAll(async () => {
      postgres = await startPostgres()
      orderOf = (machine) => {
        const folder = join(rig.folder, machine)
        const inventory = join(folder, 'inventories', 'ministry')
        cpSync(rig.estate.folder, inventory, { recursive: true })
        cpSync(join(rig.folder, '.chancery', 'lab'), join(folder, '.chancery', 'lab'), { recursive: true })
        appendFileSync(join(inventory, 'organisation.yaml'), `leases: { postgres: '${postgres.url}' }\n`)
        const order = {
          inventory,
          root: join(folder, '.chancery'),
          host,
          site,
          forMs: 100_000,
          frameBytes: 5_000,
        }
        return [order, { CHANCERY_MACHINE_FOLDER: join(folder, 'machine') }]
      }
    }, 360_000)
    afterAll(() => postgres.close())
    const holder = (): string =>
      postgres.sql(`select pid from chancery.lease where link = '${site}' and held`)

    it('together keep to its budget, also when the one that uses it is killed, and the other goes on', async () => {
      const first = useLink(...orderOf('ops1'))
      first.report.catch(() => undefined)
      const second = useLink(...orderOf('ops2'))
      const from = ticks()
      const sent = (): MeasuredRelay['sent'] => relay.sent.filter(([at]) => at >= from)
      await waitUntil(() => sent().length > 0)
      for (const { pid } of [first, second, first]) await waitUntil(() => holder() === String(pid))
      await waitUntil(() => ticks() - sent()[0]![0] > 2_500)
      // Killed with a frame on its way: between two it may just have given the link back.
      let held: Held
      for (;;) {
        held = relay.hold()
        await waitUntil(() => held.bytes > 300)
        if (holder() === String(first.pid)) break
        held.release()
        await waitUntil(() => holder() === String(first.pid))
      }
      const killed = ticks()
      first.signal('SIGKILL')
      held.release()
      const link = rig.estate.sites.find(({ id }) => id === site)!.link
      const budget = (budgetAt(link, Date.now()).kbitPerS * 1000) / 8
      const after = (): number => sent().reduce((sum, [at, n]) => (at > killed ? sum + n : sum), 0)
      await waitUntil(() => after() > 2.5 * budget)
      second.stop()
      const { failures } = await second.report
      expect(failures).toEqual([])
      expect(mostWithin(sent(), 2_000)).toBeLessThanOrEqual(2 * budget * 1.05)
      // Neither machine kept leases of its own.
      for (const machine of ['ops1', 'ops2'])
        expect(readdirSync(join(rig.folder, machine, 'machine'), { recursive: true }).join()).not.toContain(
          'leases',
        )
    })

    it('one that is stopped in the middle of an up: another takes the link over and works; the host refuses the frame that was on its way, and nothing is done twice', async () => {
      const [away, here] = ['ops4', 'ops5'].map((machine) => (orderOf(machine), join(rig.folder, machine)))
      writeFileSync(join(away!, 'chain.ts'), chainProgram(2))
      writeFileSync(join(here!, 'notes.ts'), filesProgram(2, 'note'))
      const lab = rig.lab.host(host)
      const written: string[] = []
      let held: Held | undefined
      const move = lab.world.files.move.bind(lab.world.files)
      const moves = vi.spyOn(lab.world.files, 'move').mockImplementation((from, to, ...more) => {
        if (/^C:\\(Chain|Notes)\\/.test(to)) written.push(to)
        // What it sends after the first file is on its way when it stops.
        if (to === 'C:\\Chain\\0.txt') held = relay.hold()
        return move(from, to, ...more)
      })
      try {
        const stopped = startCli(['up', site, '--program', './chain.ts', '--yes'], { cwd: away! })
        await waitUntil(() => (held?.bytes ?? 0) > 300)
        const all = stopped.processes()
        await stopAtRest(all)
        const next = await runCli(['up', site, '--program', './notes.ts', '--yes'], { cwd: here! })
        expect(next.code).toBe(0)
        expect(textOf(lab, 'C:\\Notes\\1.txt')).toBe('note 1')
        const answered = relay.answered
        held?.release()
        await waitUntil(() => relay.answered > answered)
        goOn(all)
        const late = await stopped.ended
        expect(late.code).toBe(1)
        expect(late.stdout.replace(/\s+/g, ' ')).toMatch(
          /another run took over at .* \(.* on .*, process \d+\)/,
        )
        expect(written.toSorted()).toEqual(['C:\\Chain\\0.txt', 'C:\\Notes\\0.txt', 'C:\\Notes\\1.txt'])
      } finally {
        moves.mockRestore()
      }
    })

    it('use no link without it, and say which database and why', async () => {
      const [order, env] = orderOf('ops3')
      const before = rig.lab.host(host).counters.connections
      await postgres.close()
      const { failures } = await useLink({ ...order, writes: { path: 'C:\\x', text: '' } }, env).report
      expect(failures).toEqual([
        expect.stringMatching(
          new RegExp(
            `^${host}: leases in postgres://chancery@127\\.0\\.0\\.1:${postgres.port}/state: can't be reached \\(.*ECONNREFUSED.*Is the database server up.* Nothing was sent\\.$`,
          ),
        ),
      ])
      expect(rig.lab.host(host).counters.connections).toBe(before)
    })
  })

  it('one that was stopped, and whose link another took over, does nothing more when it wakes, and says why', async () => {
    const path = 'C:\\fenced.txt'
    const files = rig.lab.host(host).world.files
    const written = (): string => {
      const file = files.read(path)
      return file.ok ? new TextDecoder().decode(file.value) : ''
    }
    const order = {
      inventory: join(rig.folder, 'inventories', 'ministry'),
      root: join(rig.folder, '.chancery'),
      host,
      site,
      frameBytes: 100,
    }
    const late = useLink({ ...order, forMs: 120_000, writes: { path, text: 'late' } })
    await waitUntil(() => written().startsWith('late'))
    // It stops with a frame on its way: between two it would hold no lease, and rightly go on with a new one.
    const held = relay.hold()
    await waitUntil(() => held.bytes > 300)
    await stopAtRest([late.pid!])
    const next = await useLink({ ...order, forMs: 500, writes: { path, text: 'next' } }).report
    expect(next.failures).toEqual([])
    expect(next.frames).toBeGreaterThan(0)
    const left = written()
    expect(left).toMatch(/^next/)
    const bytes = relay.sent.reduce((sum, [, n]) => sum + n, 0)
    held.release()
    goOn([late.pid!])
    const report = await late.report
    expect(report.failures).toEqual([
      expect.stringMatching(/process \d+ took over link beirut at \d{4}-|another run took over at \d{4}-/),
    ])
    expect(written()).toBe(left)
    // What was in its hands when it was stopped, and not a frame more.
    expect(relay.sent.reduce((sum, [, n]) => sum + n, 0) - bytes).toBeLessThan(1_500)
  })
})
