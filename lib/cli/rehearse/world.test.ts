import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { systemClock } from '../../domain/clock.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Executor } from '../../lab/executor.ts'
import { createExecutor } from '../../lab/windows/executor.ts'
import { World } from '../../lab/world/world.ts'
import { kindFolders, loadCatalogue } from '../../provider/catalogue.ts'
import { type Catalogue, scriptOf } from '../../reconcile/loaded-kind.ts'
import type { Target } from '../../reconcile/target.ts'
import { bringWorld, type Remembered, type Unlike } from './world.ts'

type Case = {
  readonly name: string
  readonly folder: string
  readonly want: JsonObject
  readonly found: JsonObject
  readonly recorded?: JsonObject
}

/** The lab's hosts have one drive, and Windows' Ids of adapters end in a GUID. */
const inTheLab = (text: string): string =>
  text
    .replaceAll(/\b[DE]:(?=\\)/gi, 'C:')
    .replaceAll(/(?<=-[0-9a-f]{12}\\)[A-Z](\d+)$/gm, '0000000A-0000-4000-8000-00000000000$1')
    .replaceAll(/(?<=id: Microsoft:)\S+/g, (id) => id.toUpperCase())

const kinds = join(import.meta.dirname, '../../kinds')
const cases = kindFolders().flatMap((folder) =>
  globSync('cases/*.yaml', { cwd: join(kinds, folder) })
    .sort()
    .map((file) => ({
      ...(parse(inTheLab(readFileSync(join(kinds, folder, file), 'utf8'))) as Case),
      name: `${folder}/${file}`,
      folder,
    }))
    .filter(({ found }) => found !== undefined && found !== null),
)

describe('a host brought to what was seen', () => {
  let catalogue: Catalogue
  let executorOf: (world: World) => Executor
  beforeAll(async () => {
    catalogue = await loadCatalogue()
    executorOf = await createExecutor()
  })

  const thingOf = (
    { folder, want, found, recorded }: Case,
    owner: Remembered['sight']['owner'] = null,
  ): Remembered => {
    const loaded = [...catalogue.values()].find(({ kind }) => folderOf(kind.token) === folder)!
    const parsed = loaded.kind.props.parse(want) as JsonObject
    const target: Target = { host: 'h', urn: 'urn:x', loaded, want: parsed, recorded, adopt: false }
    return { target, sight: { state: 'seen', hash: '', found, owner } }
  }
  const bring = (
    things: readonly Remembered[],
  ): { world: World; executor: Executor; unlike: readonly Unlike[] } => {
    const image = things.some(({ target }) => target.loaded.kind.needsFeature !== undefined)
      ? 'hyperv'
      : 'bare'
    const world = new World(
      { host: 'h', account: 'admin', image, address: '10.64.0.10', freeBytes: 2 ** 42, seed: 3 },
      () => systemClock.now(),
    )
    const executor = executorOf(world)
    const backend = { real: 'file:///real', ours: 'file:///ours' }
    return { world, executor, unlike: bringWorld(world, executor, things, backend) }
  }
  const lookAt = (executor: Executor, { target }: Remembered): JsonObject | null => {
    const { hash, text } = scriptOf(target.loaded, 'observe')
    const done = executor.run(hash, text, target.loaded.kind.look(target.want, target.recorded), 90_000)
    return done.out[0] === undefined ? null : (JSON.parse(done.out[0]) as JsonObject)
  }

  it.each(cases)('of $name: it looks the same, identities and all, or says that it does not', (one) => {
    const thing = thingOf(one)
    const { executor, unlike } = bring([thing])
    if (unlike.length === 0) expect(lookAt(executor, thing)).toEqual(one.found)
    else expect(unlike).toEqual([{ name: expect.any(String), because: expect.stringMatching(/\w/) }])
  })

  it('and so is a disk that was copied from an image which nobody has here', () => {
    const one = cases.find(({ name }) => name === 'hyperv/virtual-disk/cases/noop-other-image.yaml')!
    const thing = thingOf({ ...one, recorded: one.found })
    const { executor, unlike } = bring([thing])
    expect(unlike).toEqual([])
    expect(lookAt(executor, thing)).toEqual(one.found)
  })

  it('and so is a file of which only length and hash are known', () => {
    const one = cases.find(({ name }) => name === 'windows/file/cases/change-content.yaml')!
    const thing = thingOf(one)
    const { executor, unlike } = bring([thing])
    expect(unlike).toEqual([])
    expect(lookAt(executor, thing)).toEqual(one.found)
  })

  it('has the image that a disk is still to be copied from, with its hash', () => {
    const sha256 = 'ab'.repeat(32)
    const one = cases.find(({ name }) => name === 'hyperv/virtual-disk/cases/noop-other-image.yaml')!
    const want = { ...one.want, copyFrom: { path: 'C:\\Images\\server.vhdx', sha256 } }
    const thing = thingOf({ ...one, want })
    const { world, executor, unlike } = bring([
      { target: { ...thing.target, recorded: undefined }, sight: { ...thing.sight, found: null } },
    ])
    expect(unlike).toEqual([])
    const { loaded } = thing.target
    const plan = loaded.kind.plan(thing.target.want, null, undefined)
    if (plan.do !== 'steps') throw new Error(plan.do)
    for (const step of plan.steps) {
      const { hash, text } = scriptOf(loaded, step.verb)
      expect(executor.run(hash, text, step.params, 90_000, 'act').fault).toBeUndefined()
    }
    expect(world.files.get(String(thing.target.want['path']))).toBeDefined()
  })

  it('and so is a switch on a card of any name', () => {
    const one = cases.find(({ name }) => name === 'hyperv/virtual-switch/cases/noop.yaml')!
    const found = { ...one.found, adapters: ['LOM 3'] }
    const thing = thingOf({ ...one, found })
    const { executor, unlike } = bring([thing])
    expect(unlike).toEqual([])
    expect(lookAt(executor, thing)).toEqual(found)
  })

  it('has the records of whose each thing is, ours under the state of the rehearsal', () => {
    const one = cases.find(({ name }) => name === 'windows/file/cases/noop.yaml')!
    const owner = { organisation: 'o', urn: 'u', operation: 'x' }
    const recordOf = (backend: string): string => {
      const { world } = bring([thingOf(one, { ...owner, backend })])
      const file = world.files.walk().find(([path]) => path.includes('\\owned\\') && path.endsWith('.json'))
      const bytes = file === undefined ? undefined : world.files.read(file[0])
      return bytes?.ok === true ? new TextDecoder().decode(bytes.value) : ''
    }
    expect(recordOf('file:///real')).toContain('file:///ours')
    expect(recordOf('file:///theirs')).toContain('file:///theirs')
  })

  it('which is so for most of what kinds tell apart', () => {
    const same = cases.filter((one) => bring([thingOf(one)]).unlike.length === 0)
    expect(same.length / cases.length).toBeGreaterThan(0.6)
  })
})

/** `hyperv:VirtualMachine` → `hyperv/virtual-machine`. */
const folderOf = (token: string): string =>
  token
    .replace(':', '/')
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase()
