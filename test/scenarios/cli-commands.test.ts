import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fingerprint } from '../../lib/transport/ssh/known-hosts.ts'
import { type CliOptions, type Ended, runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'

const runIn =
  (rig: () => Rig) =>
  (line: string, options: Partial<CliOptions> = {}): Promise<Ended> =>
    runCli(line.split(' '), { cwd: rig().folder, ...options })

describe('commands about hosts', { timeout: 60_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
  })
  afterAll(() => rig.close())
  const run = runIn(() => rig)
  const host = () => rig.lab.host('nairobi-hv1')

  it('trust pins a key once a person has typed the host, and doctor finds the host fit then', async () => {
    const pinned = readFileSync(rig.estate.knownHosts, 'utf8')
    const key = fingerprint(Buffer.from(host().hostKey.split(' ')[1]!, 'base64'))
    writeFileSync(rig.estate.knownHosts, '')
    const before = await run('doctor nairobi --json')
    expect(before.code).toBe(1)
    expect(before.stdout).toContain('chancery trust')
    expect(host().counters.logins).toBe(0)

    const asking = startCli(['trust', 'nairobi'], { cwd: rig.folder, columns: 100 })
    await asking.until("type the host's id (nairobi-hv1)")
    expect(asking.written.stdout).toContain(key)
    asking.type('nairobi-hv1\n')
    expect(await asking.ended).toMatchObject({ code: 0 })
    expect(readFileSync(rig.estate.knownHosts, 'utf8').trim()).toBe(pinned.trim())
    expect((await run('doctor nairobi')).code).toBe(0)
  })

  it('trust refuses another fingerprint than the one named, and leaves the file alone', async () => {
    writeFileSync(rig.estate.knownHosts, '')
    const wrong = await run(
      'trust nairobi --fingerprint SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA --json',
    )
    expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([1, [{ state: 'other-key' }]])
    expect(readFileSync(rig.estate.knownHosts, 'utf8')).toBe('')
    const { fingerprint: shown } = (JSON.parse(wrong.stdout) as { fingerprint: string }[])[0]!
    expect((await run(`trust nairobi --fingerprint ${shown}`)).code).toBe(0)
  })

  it('doctor tells a refused login, and what to do', async () => {
    host().order({ name: 'login-refused' })
    const { code, stdout } = await run('doctor nairobi')
    host().clear()
    expect(code).toBe(1)
    expect(stdout).toMatch(/^login +fail/m)
  })

  it('restart leaves a host alone that need not, restarts it when told to, and says when it is out of reach', async () => {
    const idle = await run('restart nairobi')
    expect(idle).toMatchObject({ code: 0, stdout: 'nairobi-hv1: no restart is pending; nothing was done.\n' })
    const forced = await run('restart nairobi nairobi-hv1 --always --json')
    expect([forced.code, JSON.parse(forced.stdout)]).toMatchObject([
      0,
      [{ host: 'nairobi-hv1', was: 'restarted' }],
    ])
    host().order({ name: 'refuse-connection' })
    expect((await run('restart nairobi')).code).toBe(3)
    host().clear()
  })
})

describe('chancery lab up', { timeout: 60_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    // Its ports stay in the inventory, and are free.
    await rig.lab.close()
  })
  afterAll(() => rig.close())
  const run = runIn(() => rig)

  it('answers every other command until Ctrl-C, with the faults that were ordered', async () => {
    const lab = startCli(['lab', 'up', 'nairobi', '--no-delay', '--fault', 'nairobi-hv1:disk-full'], {
      cwd: rig.folder,
      columns: 100,
    })
    await lab.until('The lab is ready: 1 host at 1 site, without delay.')
    const examined = await run('doctor nairobi')
    expect(examined.code).toBe(1)
    expect(examined.stdout).toMatch(/^disk +fail/m)

    const second = await run('lab up nairobi')
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('Nothing was started.')
    lab.type('\x03')
    expect(await lab.ended).toMatchObject({ code: 0 })
  })

  it('2 for a fault or a site that there is not', async () => {
    expect(await run('lab up nairobi --fault nairobi-hv1:nosuch')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('drop-after-act'),
    })
    expect((await run('lab up nairobbi')).code).toBe(2)
  })
})

describe('a network that is off limits', { timeout: 60_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    const ministry = (file: string) => join(rig.folder, 'inventories', 'ministry', file)
    const ranges = readFileSync(ministry('off-limits.yaml'), 'utf8')
    writeFileSync(ministry('off-limits.yaml'), ranges.replace('10.204.0.0/16', '127.0.0.0/8'))
    const [heading, ...hosts] = readFileSync(ministry('hosts.csv'), 'utf8').split('\n')
    const nairobi = hosts.find((row) => row.startsWith('nairobi-hv1,'))!
    writeFileSync(ministry('hosts.csv'), `${heading}\n${nairobi.replace('127.0.0.1', 'localhost')}\n`)
    rmSync(ministry('second-lines.yaml'))
  })
  afterAll(() => rig.close())
  const run = runIn(() => rig)

  it('is refused by the address that a name resolves to, and not a byte is sent', async () => {
    for (const line of [
      'preview nairobi --json',
      'doctor nairobi',
      'trust nairobi --fingerprint SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'restart nairobi',
    ]) {
      const { code, stdout, stderr } = await run(line)
      expect(code, line).toBe(1)
      expect(stdout + stderr, line).toMatch(/EU network/)
    }
    expect(rig.lab.host('nairobi-hv1').counters.connections).toBe(0)
  })

  it('is refused as an address in the inventory', async () => {
    const hosts = join(rig.folder, 'inventories', 'ministry', 'hosts.csv')
    writeFileSync(hosts, readFileSync(hosts, 'utf8').replace('localhost', '127.0.0.1'))
    const { code, stderr } = await run('preview nairobi')
    expect(code).toBe(2)
    expect(stderr).toMatch(/hosts\.csv:2:\d+: .*EU network/)
  })
})
