import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import { runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'

type Report = {
  readonly sites: readonly {
    readonly site: string
    readonly outcome: string
    readonly because?: string
    readonly contents: readonly {
      readonly name: string
      readonly sha256: string
      readonly delivered?: { readonly how: string; readonly sent: number; readonly resumedAt: number }
    }[]
  }[]
}

describe('files brought ahead of time', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'beirut'] })
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

  it('push delivers to every host of the sites, once, and places nothing', async () => {
    const bytes = randomBytes(20_000)
    const sha = file('agent.msi', bytes)
    const first = await run('push', 'agent.msi', 'nairobi', 'beirut')
    expect([first.code, first.report.sites.map(({ outcome }) => outcome)]).toEqual([0, ['done', 'done']])
    for (const host of ['nairobi-hv1', 'beirut-hv1']) expect(held(host, sha)).toEqual(bytes)
    const again = await run('push', 'agent.msi', 'nairobi')
    expect(again.report.sites[0]?.contents[0]?.delivered?.how).toBe('held')
  }, 60_000)

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
  }, 60_000)

  it('two pushes of the same content at once end well, and the host has it once', async () => {
    const bytes = randomBytes(30_000)
    const sha = file('both.bin', bytes)
    const [one, two] = await Promise.all([
      run('push', 'both.bin', 'nairobi'),
      run('push', 'both.bin', 'nairobi', '--as', 'b'),
    ])
    expect([one.code, two.code]).toEqual([0, 0])
    const hows = [one, two].map(({ report }) => report.sites[0]?.contents[0]?.delivered?.how).sort()
    expect(hows).toEqual(['held', 'whole'])
    expect(held('nairobi-hv1', sha)).toEqual(bytes)
  }, 60_000)

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
  }, 60_000)

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
  }, 60_000)

  it('prestage writes a bundle, and the host picks it up without its bytes crossing the link', async () => {
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
    const picked = await run('prestage', 'setup.iso', '--site', 'nairobi', '--pick-up', 'C:\\Courier')
    expect([picked.code, picked.report.sites[0]?.contents[0]?.delivered?.how]).toEqual([0, 'bundle'])
    expect(host.counters.bulkBytes - before).toBeLessThan(8_000)
    expect(held('nairobi-hv1', sha)).toEqual(bytes)
    const gone = await run(
      'prestage',
      'setup.iso',
      'long.bin',
      '--site',
      'nairobi',
      '--pick-up',
      'C:\\Nothing',
    )
    expect(gone.code).toBe(0)
    file('new.iso', randomBytes(1000))
    const nothing = await run('prestage', 'new.iso', '--site', 'nairobi', '--pick-up', 'C:\\Nothing')
    expect([nothing.code, nothing.report.sites[0]?.because]).toEqual([
      1,
      expect.stringContaining('no manifest'),
    ])
  }, 60_000)
})
