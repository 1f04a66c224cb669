import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const count = 6

describe('what goes wrong', () => {
  let rig: Rig
  let host: LabHost
  let program: string
  beforeEach(async () => {
    rig = await startRig({ sites: ['nairobi', 'accra'] })
    host = rig.lab.host('nairobi-hv1')
    program = rig.program('files', filesProgram(count, 'text'))
  })
  afterEach(() => rig.close())
  const nairobi = { sites: ['nairobi'] }
  const converges = async (): Promise<void> => {
    host.clear()
    expect((await rig.run('up', { program })).sites.map((s) => s.outcome)).toEqual(['done', 'done'])
    expect((await rig.run('preview', { program })).differences).toBe(false)
    for (let i = 0; i < count; i++) expect(textOf(host, `C:\\Notes\\${i}.txt`)).toBe(`text ${i}`)
  }

  it('connection refused: unreachable with its state untouched, while the other site finishes', async () => {
    host.order({ name: 'refuse-connection' })
    const up = await rig.run('up', { program })
    expect(up.sites).toMatchObject([
      { site: 'nairobi', outcome: 'unreachable', failures: [{ kind: 'unreachable' }] },
      { site: 'accra', outcome: 'done' },
    ])
    await converges()
  })

  it('connection lost before the act: looked at, sent again, done', async () => {
    const up = await rig.run('up', {
      program,
      ...nairobi,
      confirm: async () => (host.order({ name: 'drop-before-act' }), true),
    })
    expect(up.sites).toMatchObject([{ outcome: 'done' }])
    await converges()
  })

  it('connection lost after the act: found done, and nothing done twice', async () => {
    const up = await rig.run('up', {
      program,
      ...nairobi,
      confirm: async () => (host.order({ name: 'drop-after-act' }), true),
    })
    expect(up.sites).toMatchObject([{ outcome: 'done' }])
    await converges()
  })

  it('connection lost for good during the act: unreachable, and the next run converges on its own records', async () => {
    const up = await rig.run('up', {
      program,
      ...nairobi,
      confirm: async () => {
        host.order({ name: 'drop-after-act' })
        host.order({ name: 'refuse-connection' })
        return true
      },
    })
    expect(up.sites).toMatchObject([{ outcome: 'unreachable' }])
    await converges()
  }, 120_000)

  it('login refused: failed, and nothing ran', async () => {
    host.order({ name: 'login-refused' })
    const up = await rig.run('up', { program, ...nairobi })
    expect(up.sites).toMatchObject([{ outcome: 'failed', failures: [{ kind: 'login' }] }])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBeUndefined()
    await converges()
  })

  it('another host key: failed, and never a byte of a credential is sent', async () => {
    host.order({ name: 'host-key-changed' })
    const up = await rig.run('up', { program, ...nairobi })
    expect(up.sites).toMatchObject([{ outcome: 'failed', failures: [{ kind: 'host-key' }] }])
    expect(host.counters.logins).toBe(0)
    await converges()
  })

  it('host changed between preview and act: nothing runs on it, and it is said what it looks like now', async () => {
    const up = await rig.run('up', {
      program,
      ...nairobi,
      confirm: async () => {
        host.world.files.makeFolder('C:\\Notes')
        host.world.files.write('C:\\Notes\\5.txt', new TextEncoder().encode('somebody'))
        return true
      },
    })
    expect(up.sites).toMatchObject([{ outcome: 'failed' }])
    expect(up.sites[0]?.failures[0]).toMatchObject({ kind: 'changed', planned: null, now: { length: 8 } })
    for (let i = 0; i < 5; i++) expect(textOf(host, `C:\\Notes\\${i}.txt`)).toBeUndefined()
  })

  it('a thing that is not ours: refused by name, and nothing of the site runs', async () => {
    host.world.files.makeFolder('C:\\Notes')
    host.world.files.write('C:\\Notes\\2.txt', new TextEncoder().encode('theirs'))
    const up = await rig.run('up', { program, ...nairobi })
    expect(up.sites).toMatchObject([{ outcome: 'failed', failures: [{ kind: 'exists' }] }])
    expect([textOf(host, 'C:\\Notes\\2.txt'), textOf(host, 'C:\\Notes\\0.txt')]).toEqual([
      'theirs',
      undefined,
    ])
  })

  it('worker killed in the middle: resolved by looking', async () => {
    const up = await rig.run('up', {
      program,
      ...nairobi,
      confirm: async () => (host.order({ name: 'worker-killed' }), true),
    })
    expect(up.sites).toMatchObject([{ outcome: 'done' }])
    await converges()
  })

  it.each(['banner', 'clixml', 'stray-output', 'warnings', 'split-reply'] as const)(
    '%s between the replies changes nothing',
    async (name) => {
      host.order({ name, text: 'Authorized use only', value: 1 })
      const up = await rig.run('up', { program, ...nairobi })
      expect(up.sites).toMatchObject([{ outcome: 'done' }])
      await converges()
    },
  )

  it('a full disk: the step fails with Windows’ words, and the next run converges', async () => {
    const up = await rig.run('up', {
      program,
      ...nairobi,
      confirm: async () => (host.order({ name: 'disk-full' }), true),
    })
    expect(up.sites).toMatchObject([{ outcome: 'failed' }])
    expect(new Set(up.sites[0]?.failures.map((failure) => failure.kind))).toEqual(new Set(['script']))
    await converges()
  })
})
