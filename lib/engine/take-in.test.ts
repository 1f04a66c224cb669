import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filedStack } from './filed-stack.rig.ts'
import { takeIn } from './take-in.ts'

const { locks, file, place } = filedStack()
const urn = (name: string) => `urn:pulumi:mission.beirut::test::chancery:windows:File::${name}`
const root = { urn: 'urn:pulumi:mission.beirut::test::pulumi:pulumi:Stack::x', type: 'pulumi:pulumi:Stack' }
const provider = {
  urn: 'urn:pulumi:mission.beirut::test::pulumi:providers:chancery::default',
  type: 'pulumi:providers:chancery',
  id: '4711',
}
/** A resource as the engine has it; what it knows of it and we don't is to stay. */
const resource = (name: string, more: object = {}) => ({
  ...{ urn: urn(name), type: 'chancery:windows:File', custom: true, inputs: { path: name } },
  ...{ provider: 'p::1', sequenceNumber: 3, dependencies: [], ...more },
})
const write = (resources: readonly object[], pending: readonly object[] = []) =>
  writeFileSync(
    file(),
    JSON.stringify({
      version: 3,
      checkpoint: { latest: { manifest: { magic: 'm' }, resources, pending_operations: pending } },
    }),
  )
const latest = (): { resources: readonly object[]; pending_operations?: readonly object[] } =>
  (JSON.parse(readFileSync(file(), 'utf8')) as { checkpoint: { latest: ReturnType<typeof latest> } })
    .checkpoint.latest
const taken = (name: string) => ({ urn: urn(name), id: `hv1|${name}` })
const asTaken = { custom: true, initErrors: [expect.stringContaining('began to make it')] }

describe('what earlier runs made and a state does not have', () => {
  it('is in it afterwards as it was begun, after what it depends on, and begun no more', async () => {
    const other = { type: 'updating', resource: resource('a') }
    write(
      [root, resource('a')],
      [
        other,
        { type: 'creating', resource: resource('b', { dependencies: [urn('a'), urn('nowhere')] }) },
        { type: 'creating', resource: resource('never') },
      ],
    )
    expect(await takeIn(place(), [taken('b')], [urn('never')])).toEqual({ ok: true, value: undefined })
    expect(latest().resources).toEqual([
      root,
      resource('a'),
      {
        ...resource('b', { dependencies: [urn('a')] }),
        ...asTaken,
        ...{ id: 'hv1|b', outputs: { path: 'b' } },
      },
    ])
    expect(latest().pending_operations).toEqual([other])
    expect(readdirSync(locks())).toEqual([])
  })

  it('takes the place of what was removed to be made anew', async () => {
    write([root, resource('a', { pendingReplacement: true, id: 'old' })])
    expect(await takeIn(place(), [taken('a')], [])).toMatchObject({ ok: true })
    expect(latest().resources).toEqual([
      root,
      { ...resource('a'), ...asTaken, id: 'hv1|a', outputs: { path: 'a' } },
    ])
  })

  it('is as the program registers it where the state has not even its beginning', async () => {
    const registered = {
      type: 'chancery:windows:File',
      inputs: { path: 'c' },
      parent: urn('no component'),
      dependencies: [],
    }
    write([root, provider])
    expect(await takeIn(place(), [{ ...taken('c'), registered }], [])).toMatchObject({ ok: true })
    expect(latest().resources.at(-1)).toMatchObject({
      ...asTaken,
      ...{ urn: urn('c'), id: 'hv1|c', parent: root.urn, provider: `${provider.urn}::4711` },
      ...{ inputs: { path: 'c' }, outputs: { path: 'c' } },
    })
  })

  it('is refused, and the state is as it was, where it can’t be', async () => {
    write([root])
    const before = readFileSync(file(), 'utf8')
    expect(await takeIn(place(), [taken('c')], [])).toMatchObject({
      ok: false,
      error: expect.stringContaining(`${urn('c')} is not in it`),
    })
    mkdirSync(locks(), { recursive: true })
    writeFileSync(join(locks(), 'theirs.json'), '{}')
    expect(await takeIn(place(), [taken('c')], [])).toEqual({ ok: false, error: 'another run has its lock' })
    expect(readFileSync(file(), 'utf8')).toBe(before)
    rmSync(join(locks(), 'theirs.json'))
    rmSync(file())
    expect(await takeIn(place(), [taken('c')], [])).toEqual({
      ok: false,
      error: 'the stack has no state yet',
    })
  })

  it('none at all needs no lock and no engine', async () => {
    expect(await takeIn({ ...place(), backendUrl: 's3://states' }, [], [])).toMatchObject({ ok: true })
  })
})
