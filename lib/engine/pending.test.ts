import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EngineEvent } from './engine-event.ts'
import { filedStack } from './filed-stack.rig.ts'
import { settleCreations } from './pending.ts'

const { locks, file, place } = filedStack()
const resource = (name: string) => ({
  urn: `urn:pulumi:mission.beirut::test::memory:index:Thing::${name}`,
  type: 'memory:index:Thing',
  // Nothing of what the engine knows and we don't is lost.
  propertyDependencies: { content: null },
})
/** The run that ended just now has made these. */
const made = (...names: readonly string[]): readonly EngineEvent[] =>
  names.map((name) => ({
    ...{
      kind: 'resource',
      phase: 'done',
      op: 'update',
      planning: false,
      type: 'memory:index:Thing',
      id: name,
    },
    ...{ urn: resource(name).urn, diffs: [], replaceKeys: [], detailedDiff: {} },
  }))
const write = (resources: readonly object[], pending: readonly object[]) =>
  writeFileSync(
    file(),
    JSON.stringify({
      version: 3,
      checkpoint: {
        stack: 'organization/test/mission.beirut',
        latest: { manifest: { magic: 'm' }, resources, pending_operations: pending },
      },
    }),
  )
const latest = (): object =>
  (JSON.parse(readFileSync(file(), 'utf8')) as { checkpoint: { latest: object } }).checkpoint.latest

describe('creations that a run did not end', () => {
  it('go from the state once their resources are in it; everything else stays as it is', async () => {
    const gone = { type: 'creating', resource: resource('gone') }
    const updating = { type: 'updating', resource: resource('motd') }
    write([resource('motd')], [{ type: 'creating', resource: resource('motd') }, gone, updating])
    expect(await settleCreations(place(), made('motd', 'gone'))).toEqual({ ok: true, value: undefined })
    expect(latest()).toEqual({
      manifest: { magic: 'm' },
      resources: [resource('motd')],
      pending_operations: [gone, updating],
    })
    expect(readdirSync(locks())).toEqual([])
  })

  it('leave nothing behind when they were all', async () => {
    write([resource('motd')], [{ type: 'creating', resource: resource('motd') }])
    expect(await settleCreations(place(), made('motd', 'gone'))).toEqual({ ok: true, value: undefined })
    expect(latest()).toEqual({ manifest: { magic: 'm' }, resources: [resource('motd')] })
  })

  it('stay where the run did not come to them', async () => {
    const pending = [{ type: 'creating', resource: resource('motd') }]
    write([resource('motd'), resource('other')], pending)
    await settleCreations(place(), made('other'))
    expect(latest()).toMatchObject({ pending_operations: pending })
  })

  it('stay where only the old half of a replacement is in the state', async () => {
    const pending = [{ type: 'creating', resource: resource('motd') }]
    write([{ ...resource('motd'), delete: true }], pending)
    await settleCreations(place(), made('motd', 'gone'))
    expect(latest()).toMatchObject({ pending_operations: pending })
  })

  it('stay where another run has the lock of the stack, whose lock stays too', async () => {
    const pending = [{ type: 'creating', resource: resource('motd') }]
    write([resource('motd')], pending)
    mkdirSync(locks(), { recursive: true })
    writeFileSync(join(locks(), 'other.json'), '{}')
    expect(await settleCreations(place(), made('motd', 'gone'))).toEqual({
      ok: false,
      error: 'another run has its lock',
    })
    expect(latest()).toMatchObject({ pending_operations: pending })
    expect(readdirSync(locks())).toEqual(['other.json'])
  })
})
