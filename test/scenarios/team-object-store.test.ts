import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openStacks } from '../../lib/cli/run/stacks.ts'
import { clearLock, lockStanding, standingWords } from '../../lib/cli/unlock/unlock.ts'
import { stateScenes } from '../contracts/states/contract.ts'
import { driftOf } from '../rig/drift.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { type ObjectStore, startObjectStore } from '../rig/object-store.ts'
import { filesProgram } from '../rig/programs.ts'

describe('states in an object store', { timeout: 120_000 }, () => {
  let store: ObjectStore
  let rig: Rig
  beforeAll(async () => {
    store = await startObjectStore()
    for (const [name, value] of Object.entries(store.env)) vi.stubEnv(name, value)
    rig = await startRig({
      sites: ['nairobi'],
      inventory: (folder) => {
        writeFileSync(join(folder, 'passphrase'), 'correct horse battery staple\n')
        const file = join(folder, 'organisation.yaml')
        const text = readFileSync(file, 'utf8')
        const state = `stateBackend: ${store.url}\npassphraseFile: passphrase`
        writeFileSync(file, text.replace(/^stateBackend: .*$/m, state))
      },
    })
  })
  afterAll(async () => {
    await rig.close()
    await store.close()
    vi.unstubAllEnvs()
  })

  it('are written, read again by another run, and looked at for drift', async () => {
    const program = rig.program('notes', filesProgram(2, 'text'))
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    expect([...store.objects.keys()]).toContain('.pulumi/stacks/chancery/notes.nairobi.json')
    expect(await rig.run('preview', { program })).toMatchObject({ differences: false })
    expect((await driftOf(rig, { program })).sites).toMatchObject([{ outcome: 'done', applied: true }])
  })

  it('are locked for others, and the lock of a machine that is no more is cleared when a person says so', async () => {
    const lock = '.pulumi/locks/organization/chancery/notes.nairobi/0f.json'
    const holder = { pid: 4711, username: 'anna', hostname: 'ops1', timestamp: '2026-11-24T05:00:00Z' }
    store.objects.set(lock, Buffer.from(JSON.stringify(holder)))
    const program = rig.program('notes', filesProgram(2, 'other'))
    expect((await rig.run('up', { program })).sites).toMatchObject([
      {
        outcome: 'failed',
        because: expect.stringContaining('Held by anna on ops1, process 4711, since 2026-11-24T05:00:00Z.'),
      },
    ])
    const sites = rig.estate.sites.filter(({ id }) => id === 'nairobi')
    const request = { sites, estate: rig.estate, cwd: rig.folder, env: process.env, note: () => {} }
    const places = await openStacks(request, 'notes', new AbortController().signal)
    if (!places.ok) throw new Error(places.error.message)
    const [place] = places.value
    const standing = await lockStanding(place!)
    if (!standing.ok || standing.value.state !== 'held') throw new Error(JSON.stringify(standing))
    expect(
      standingWords('notes.nairobi', standing.value, { now: () => Date.parse('2026-11-24T08:10:00Z') }),
    ).toBe(
      'notes.nairobi is locked by anna on ops1, process 4711, since 2026-11-24T05:00:00Z (3 h 10 min ago).',
    )
    const another = { ...standing.value.holders[0]!, pid: 4712 }
    expect(await clearLock(place!, [another])).toMatchObject({
      ok: false,
      error: expect.stringContaining('the lock is another one by now: anna on ops1, process 4711'),
    })
    expect(store.objects.has(lock)).toBe(true)
    expect(await clearLock(place!, standing.value.holders)).toEqual({ ok: true, value: 'cleared' })
    expect(await lockStanding(place!)).toEqual({ ok: true, value: { state: 'free' } })
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
  })

  const object = '.pulumi/stacks/chancery/notes.nairobi.json'
  const read = (): string => store.objects.get(object)!.toString()
  const write = (text: string): void => void store.objects.set(object, Buffer.from(text))

  stateScenes(() => ({ rig, program: rig.program('notes', filesProgram(2, 'begun')), read, write }))
})
