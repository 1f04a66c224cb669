import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../../test/rig/cli-here.ts'
import { type Rig, startRig } from '../../test/rig/estate.ts'
import type { Check } from './doctor/check.ts'

const site = 'beirut'
const host = 'beirut-hv1'
let rig: Rig
beforeAll(async () => {
  rig = await startRig({ sites: [site] })
})
afterEach(() => rig.lab.host(host).clear())
afterAll(() => rig.close())

/** Runs a command line in the rig's folder; with `typed`, a person sits there and types it. */
const run = (line: string, typed?: string, answered?: () => void) =>
  runHere(line.split(' '), {
    cwd: rig.folder,
    env: rig.env,
    typed,
    ...(answered === undefined ? {} : { answered }),
  })

const doctor = async () => {
  const { code, stdout } = await run(`doctor ${site} --json`)
  const [examined] = JSON.parse(stdout) as { checks: Check[]; verdict: string }[]
  const troubles = examined!.checks.filter(({ verdict }) => verdict !== 'ok')
  return {
    code,
    verdict: examined!.verdict,
    troubles: troubles.map(({ name, verdict }) => `${name} ${verdict}`),
  }
}

describe('chancery doctor', () => {
  it('finds a host of the lab fit, and changes nothing there', async () => {
    const records = () => rig.lab.host(host).world.files.get('C:\\ProgramData\\Chancery\\owned')
    const before = records()
    expect(await doctor()).toEqual({ code: 0, verdict: 'ok', troubles: [] })
    expect(records()).toBe(before)
  })

  it('tells another host key, and sends no credential to it', async () => {
    rig.lab.host(host).order({ name: 'host-key-changed' })
    const { logins } = rig.lab.host(host).counters
    expect(await doctor()).toEqual({ code: 1, verdict: 'fail', troubles: ['host key fail'] })
    expect(rig.lab.host(host).counters.logins).toBe(logins)
  })

  it('tells a refused login, missing rights, a full disk and a banner', async () => {
    rig.lab.host(host).order({ name: 'login-refused' })
    expect(await doctor()).toMatchObject({ code: 1, troubles: ['login fail'] })
    rig.lab.host(host).clear()
    rig.lab.host(host).order({ name: 'access-denied' })
    expect((await doctor()).troubles).toContain('rights fail')
    rig.lab.host(host).clear()
    rig.lab.host(host).order({ name: 'disk-full' })
    expect(await doctor()).toMatchObject({ code: 1, troubles: ['disk fail'] })
    rig.lab.host(host).clear()
    rig.lab.host(host).order({ name: 'banner', text: 'Welcome to Beirut' })
    expect(await doctor()).toMatchObject({ code: 0, troubles: ['stray output warn'] })
  })

  it('tells a host that is not there', async () => {
    rig.lab.host(host).order({ name: 'refuse-connection' })
    expect(await doctor()).toMatchObject({ code: 1, troubles: ['connection fail'] })
  })
})

describe('chancery trust', () => {
  const forget = () => writeFileSync(rig.estate.knownHosts, '')
  const pinned = () => readFileSync(rig.estate.knownHosts, 'utf8')
  const shown = async () => {
    const { stdout } = await run(
      `trust ${site} --fingerprint SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA --json`,
    )
    return (JSON.parse(stdout) as { fingerprint: string }[])[0]!.fingerprint
  }

  it('pins a key that has the fingerprint that was named, and no other', async () => {
    forget()
    expect(await doctor()).toMatchObject({ code: 1, troubles: ['host key fail'] })
    const wrong = await run(`trust ${site} --fingerprint SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`)
    expect([wrong.code, pinned()]).toEqual([1, ''])
    expect(wrong.stderr).toContain('Nothing was pinned')
    const right = await run(`trust ${site} --fingerprint ${await shown()}`)
    expect(right).toMatchObject({ code: 0, stderr: expect.stringContaining('pinned') })
    expect((await doctor()).code).toBe(0)
  })

  it('pins after a person has typed the host, and after nothing else', async () => {
    forget()
    for (const typed of ['', 'yes', 'y']) {
      expect((await run(`trust ${site}`, typed)).code).toBe(1)
      expect(pinned()).toBe('')
    }
    const { code, stderr } = await run(`trust ${site}`, host)
    expect(code).toBe(0)
    expect(stderr).toContain(await shown())
    expect(pinned()).toContain('ssh-ed25519')
    expect(await run(`trust ${site}`, '')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('already'),
    })
  })

  it('says so where another key is pinned, and replaces it once confirmed', async () => {
    await run(`trust ${site}`, host)
    const before = pinned()
    rig.lab.host(host).order({ name: 'host-key-changed' })
    const refused = await run(`trust ${site}`, 'no')
    expect([refused.code, pinned()]).toEqual([1, before])
    expect(refused.stderr).toContain('Pinned so far')
    expect((await run(`trust ${site}`, host)).code).toBe(0)
    expect((await doctor()).code).toBe(0)
    forget()
    rig.lab.host(host).clear()
    await run(`trust ${site}`, host)
  })

  it('logs in nowhere', async () => {
    const { logins, connections } = rig.lab.host(host).counters
    await shown()
    expect(rig.lab.host(host).counters).toMatchObject({ logins, connections: connections + 1 })
  })

  it('tells a host that is not there, with exit code 3', async () => {
    rig.lab.host(host).order({ name: 'refuse-connection' })
    expect(
      (await run(`trust ${site} --fingerprint SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`)).code,
    ).toBe(3)
  })
})

describe('chancery lab up', () => {
  it('tells that its ports are taken, and starts nothing', async () => {
    const { code, stdout, stderr } = await run(`lab up ${site} --no-delay`)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('another lab')
  })

  it('runs until it is interrupted, on the keys that the inventory pins', async () => {
    await rig.lab.close()
    const ready = Promise.withResolvers<void>()
    const lab = run(`lab up ${site} --json --no-delay --fault ${host}:clixml`, undefined, ready.resolve)
    await ready.promise
    const examined = await doctor()
    process.emit('SIGINT')
    expect(examined.code).toBe(0)
    const { code, stdout } = await lab
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ready: true, delay: false, hosts: [{ id: host }] })
  })
})
