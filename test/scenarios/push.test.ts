import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import { runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { goOn, stopAtRest } from '../rig/stopped.ts'

type Report = {
  readonly sites: readonly {
    readonly site: string
    readonly outcome: string
    readonly because?: string
    readonly contents: readonly {
      readonly name: string
      readonly sha256: string
      readonly delivered?: { readonly how: string; readonly sent: number; readonly resumedAt: number }
      readonly failure?: { readonly because?: string }
    }[]
  }[]
}

describe('files brought ahead of time', () => {
  let rig: Rig
  /** It takes as long as a lease and the lock of a content last, so it goes on beside the other tests, on a link of its own. */
  let takenOver: ReturnType<typeof stopOne>
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'beirut', 'ankara'] })
    takenOver = stopOne()
    takenOver.catch(() => undefined)
  })
  afterAll(() => rig.close())

  const file = (name: string, bytes: Buffer): string => {
    writeFileSync(join(rig.folder, name), bytes)
    return createHash('sha256').update(bytes).digest('hex')
  }
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli([...args, '--json'], { cwd: rig.folder })
    return { code, stderr, report: (stdout === '' ? { sites: [] } : JSON.parse(stdout)) as Report }
  }
  const held = (host: string, sha: string): Buffer | undefined => {
    const read = rig.lab.host(host).world.files.read(`C:\\ProgramData\\Chancery\\content\\${sha}`)
    return read.ok ? Buffer.from(read.value) : undefined
  }

  /** A push is stopped in the middle, another one of the same file takes over, and the first wakes up. */
  async function stopOne() {
    const bytes = randomBytes(600_000)
    file('stopped.bin', bytes)
    const host = rig.lab.host('ankara-hv1')
    const late = startCli(['push', 'stopped.bin', 'ankara', '--json'], { cwd: rig.folder })
    while (host.counters.bulkBytes < 150_000) await systemClock.sleep(20)
    // In the middle of a delivery for which nobody else waits, so it holds the link.
    await stopAtRest([late.pid])
    const next = await run('push', 'stopped.bin', 'ankara')
    const before = host.counters.bulkBytes
    goOn([late.pid])
    const { code, stdout } = await late.ended
    const report = JSON.parse(stdout) as Report
    return { next, late: { code, report }, sentByLate: host.counters.bulkBytes - before, bytes }
  }

  it('push delivers to every host of the sites, once, and places nothing', async () => {
    const bytes = randomBytes(20_000)
    const sha = file('agent.msi', bytes)
    const first = await run('push', 'agent.msi', 'nairobi', 'beirut')
    expect([first.code, first.report.sites.map(({ outcome }) => outcome)]).toEqual([0, ['done', 'done']])
    for (const host of ['nairobi-hv1', 'beirut-hv1']) expect(held(host, sha)).toEqual(bytes)
    const again = await run('push', 'agent.msi', 'nairobi')
    expect(again.report.sites[0]?.contents[0]?.delivered?.how).toBe('held')
  }, 180_000)

  it('push --as makes a file the next version of another, which crosses as a difference', async () => {
    const old = randomBytes(40_000)
    file('setup-1.exe', old)
    await run('push', 'setup-1.exe', 'nairobi', '--as', 'setup')
    const fresh = Buffer.concat([old.subarray(0, 10_000), randomBytes(50), old.subarray(10_000)])
    const sha = file('other-name.exe', fresh)
    const { report } = await run('push', 'other-name.exe', 'nairobi', '--as', 'setup')
    const { how, sent } = report.sites[0]!.contents[0]!.delivered!
    expect([how, sent < 2_000]).toEqual(['delta', true])
    expect(held('nairobi-hv1', sha)).toEqual(fresh)
  }, 180_000)

  it('two pushes of the same content at once end well, and the host has it once', async () => {
    // One chunk, after which nobody has to wait for another.
    const bytes = randomBytes(20_000)
    const sha = file('both.bin', bytes)
    const [one, two] = await Promise.all([
      run('push', 'both.bin', 'nairobi'),
      run('push', 'both.bin', 'nairobi', '--as', 'b'),
    ])
    expect([one.code, two.code]).toEqual([0, 0])
    const hows = [one, two].map(({ report }) => report.sites[0]?.contents[0]?.delivered?.how).sort()
    expect(hows).toEqual(['held', 'whole'])
    expect(held('nairobi-hv1', sha)).toEqual(bytes)
  }, 180_000)

  it('a push that was killed goes on where it was, in another process', async () => {
    const bytes = randomBytes(400_000)
    const sha = file('long.bin', bytes)
    const host = rig.lab.host('nairobi-hv1')
    const before = host.counters.bulkBytes
    const child = startCli(['push', 'long.bin', 'nairobi', '--json'], { cwd: rig.folder })
    while (host.counters.bulkBytes - before < 150_000) await systemClock.sleep(20)
    process.kill(child.pid, 'SIGKILL')
    await child.ended
    const { code, report } = await run('push', 'long.bin', 'nairobi')
    const delivered = report.sites[0]?.contents[0]?.delivered
    expect([code, (delivered?.resumedAt ?? 0) > 50_000]).toEqual([0, true])
    expect(delivered?.sent).toBeLessThan(350_000)
    expect(held('nairobi-hv1', sha)).toEqual(bytes)
  }, 180_000)

  it('push says what is wrong with a file, a site or a host, and ends with 2; a refused login ends with 1', async () => {
    const missing = await run('push', 'no-such.bin', 'nairobi')
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining(join(rig.folder, 'no-such.bin')),
    ])
    file('some.bin', randomBytes(100))
    expect((await run('push', 'some.bin')).code).toBe(2)
    const host = await run('push', 'some.bin', 'nairobi', '--host', 'nowhere')
    expect([host.code, host.stderr]).toEqual([2, expect.stringContaining('nairobi-hv1')])
    rig.lab.host('nairobi-hv1').order({ name: 'login-refused' })
    const refused = await run('push', 'some.bin', 'nairobi')
    rig.lab.host('nairobi-hv1').clear()
    expect([refused.code, refused.report.sites[0]?.because]).toEqual([1, expect.stringContaining('login')])
  }, 180_000)

  it('push waits for blackouts of the site and of a rollout; --now needs a reason, overrides both, and history keeps it', async () => {
    const inventory = join(rig.folder, 'inventories', 'ministry')
    const around = (days: number): string =>
      Temporal.Now.plainDateTimeISO('Africa/Nairobi').add({ days }).toString({ smallestUnit: 'minute' })
    const span = `from: '${around(-1)}', to: '${around(1)}'`
    const before = readFileSync(join(inventory, 'blackouts.yaml'), 'utf8')
    appendFileSync(
      join(inventory, 'blackouts.yaml'),
      `  - { sites: [nairobi], ${span}, because: Elections }\n`,
    )
    mkdirSync(join(inventory, 'rollouts'), { recursive: true })
    writeFileSync(
      join(inventory, 'rollouts', 'agents.yaml'),
      `id: agents\ndescription: Agents\nprogram: mission\nsites: [beirut, nairobi]\nblackouts: [{ ${span}, because: Launch }]\n`,
    )
    const bytes = randomBytes(5_000)
    const sha = file('urgent.msu', bytes)
    const deferred = await run('push', 'urgent.msu', '--rollout', 'agents')
    expect([deferred.code, deferred.report.sites.map(({ site, because }) => [site, because])]).toEqual([
      3,
      [
        ['beirut', expect.stringMatching(/^blackout of rollout agents: Launch; it opens at /)],
        [
          'nairobi',
          expect.stringMatching(
            /^blackout: Elections and blackout of rollout agents: Launch; it opens at .* Africa\/Nairobi\. Nothing was sent\. Run again then, or add --wait, or --now --reason\.$/,
          ),
        ],
      ],
    ])
    expect(held('nairobi-hv1', sha)).toBeUndefined()
    const mute = await run('push', 'urgent.msu', 'nairobi', '--now')
    expect([mute.code, mute.stderr]).toEqual([2, expect.stringContaining('--now: expected --reason')])

    const now = await run(
      'push',
      'urgent.msu',
      'nairobi',
      '--rollout',
      'agents',
      '--now',
      '--reason',
      'zero day',
    )
    expect([now.code, held('nairobi-hv1', sha)]).toEqual([0, bytes])
    const history = await runCli(['history', 'nairobi', '--json'], { cwd: rig.folder })
    expect(JSON.parse(history.stdout)).toMatchObject([
      { operation: 'push', reason: 'zero day', result: 'done', rollout: 'agents' },
      { operation: 'push', result: 'deferred', rollout: 'agents' },
    ])
    writeFileSync(join(inventory, 'blackouts.yaml'), before)
    rmSync(join(inventory, 'rollouts', 'agents.yaml'))
  }, 180_000)

  it('prestage writes a bundle, and the host picks it up without its bytes crossing the link, also in a blackout', async () => {
    const bytes = randomBytes(300_000)
    const sha = file('setup.iso', bytes)
    const written = await runCli(['prestage', 'setup.iso', '--site', 'nairobi', '--out', 'disk'], {
      cwd: rig.folder,
    })
    expect([written.code, written.stdout]).toEqual([0, expect.stringContaining(sha)])
    const host = rig.lab.host('nairobi-hv1')
    host.world.files.makeFolder('C:\\Courier\\content')
    host.world.files.write(
      'C:\\Courier\\manifest.json',
      readFileSync(join(rig.folder, 'disk', 'manifest.json')),
    )
    host.world.files.write(
      `C:\\Courier\\content\\${sha}`,
      readFileSync(join(rig.folder, 'disk', 'content', sha)),
    )
    const before = host.counters.bulkBytes
    const blackouts = join(rig.folder, 'inventories', 'ministry', 'blackouts.yaml')
    const text = readFileSync(blackouts, 'utf8')
    appendFileSync(
      blackouts,
      "  - { sites: [nairobi], from: '2020-01-01T00:00', to: '2099-01-01T00:00', because: Always }\n",
    )
    const picked = await run('prestage', 'setup.iso', '--site', 'nairobi', '--pick-up', 'C:\\Courier')
    writeFileSync(blackouts, text)
    expect([picked.code, picked.report.sites[0]?.contents[0]?.delivered?.how]).toEqual([0, 'bundle'])
    expect(host.counters.bulkBytes - before).toBeLessThan(8_000)
    expect(held('nairobi-hv1', sha)).toEqual(bytes)
    const nothing = await run('prestage', 'some.bin', '--site', 'nairobi', '--pick-up', 'C:\\Nothing')
    expect([nothing.code, nothing.report.sites[0]?.because]).toEqual([
      1,
      expect.stringContaining('no manifest'),
    ])
  }, 180_000)

  it('of a bundle that suffered on its way what is right is picked up, and the rest is named', async () => {
    const names = ['right.iso', 'altered.iso', 'half.iso', 'lost.iso']
    const all = names.map((name) => [name, randomBytes(20_000)] as const)
    const shas = all.map(([name, bytes]) => file(name, bytes))
    await runCli(['prestage', ...names, '--site', 'nairobi', '--out', 'disk2'], { cwd: rig.folder })
    const { files } = rig.lab.host('nairobi-hv1').world
    const on = (path: string, bytes: Uint8Array) => files.write(`C:\\Disk2\\${path}`, bytes)
    files.makeFolder('C:\\Disk2\\content')
    on('manifest.json', readFileSync(join(rig.folder, 'disk2', 'manifest.json')))
    on(`content\\${shas[0]}`, all[0]![1])
    on(`content\\${shas[1]}`, Buffer.from(all[1]![1].map((byte, at) => (at === 10_000 ? byte ^ 1 : byte))))
    on(`content\\${shas[2]}`, all[2]![1].subarray(0, 10_000))
    file('other.iso', randomBytes(100))
    const order = ['right.iso', 'altered.iso', 'half.iso', 'lost.iso', 'other.iso']
    const picked = await run('prestage', ...order, '--site', 'nairobi', '--pick-up', 'C:\\Disk2')
    expect([picked.code, picked.report.sites[0]?.outcome]).toEqual([1, 'failed'])
    const told = picked.report.sites[0]!.contents.map((one) => one.delivered?.how ?? one.failure?.because)
    expect(told).toEqual([
      'bundle',
      expect.stringContaining('another SHA-256'),
      expect.stringContaining('another size'),
      expect.stringContaining('is missing'),
      expect.stringContaining('does not list'),
    ])
    expect(shas.map((sha) => held('nairobi-hv1', sha) !== undefined)).toEqual([true, false, false, false])
  }, 180_000)

  it('a push that was stopped does nothing more once another has taken over, and says who; the file is there once', async () => {
    const { next, late, sentByLate, bytes } = await takenOver
    expect([next.code, next.report.sites[0]?.outcome]).toEqual([0, 'done'])
    expect(next.report.sites[0]?.contents[0]?.delivered?.resumedAt).toBeGreaterThan(50_000)
    expect([late.code, late.report.sites[0]?.because]).toEqual([
      1,
      expect.stringMatching(/another run took over at \d{4}-.* process \d+/),
    ])
    // At most the write that was in its hands.
    expect(sentByLate).toBeLessThanOrEqual(4096)
    expect(held('ankara-hv1', createHash('sha256').update(bytes).digest('hex'))).toEqual(bytes)
  }, 180_000)
})
