import { createHash } from 'node:crypto'
import { layBeneath } from '../../lib/cli/rehearse/beneath.ts'
import { bringWorld } from '../../lib/cli/rehearse/world.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import type { LabHost, World } from '../../lib/lab/index.ts'
import type { Executor } from '../../lib/lab/executor.ts'
import { createExecutor } from '../../lib/lab/windows/executor.ts'
import type { Plan } from '../../lib/kinds/kind.ts'
import { scriptOf } from '../../lib/reconcile/loaded-kind.ts'
import type { Owner } from '../../lib/transport/wire.ts'
import type { Stage } from './points.ts'

/** What makes an executor for a world. */
export const executorOf: (world: World) => Executor = await createExecutor()

export type Seen = { readonly found: JsonObject | null } | { readonly fault: string }

/** What the volume of the host has more than a host of the lab comes with. */
const roomBytes = 2 ** 40

/** Contents that cases name by hash, which somebody delivered before. */
const delivered: readonly string[] = ['test']

/** The file of which a case knows only the length, and the contents in the store. Neither can be made by the kind itself. */
function layFiles(world: World, stage: Stage): Stage {
  for (const text of delivered) {
    const folder = 'C:\\ProgramData\\Chancery\\content'
    world.files.makeFolder(folder)
    world.files.write(`${folder}\\${createHash('sha256').update(text).digest('hex')}`, text)
  }
  const path = stage.found?.['path']
  if (stage.want['source'] === undefined || typeof path !== 'string') return stage
  world.files.makeFolder(path.slice(0, path.lastIndexOf('\\')))
  world.files.write(path, 'what was there before')
  return { ...stage, found: null }
}

/** What a wanted thing rests on and somebody else made: switches, disks, images, network cards. */
function layWanted(world: World, { want }: Stage): void {
  const adapters = Array.isArray(want['adapters']) ? (want['adapters'] as readonly JsonObject[]) : []
  layBeneath(world, {
    switches: adapters.map(({ switch: name }) => ({ switchName: name ?? null })),
    disks: want['disks'] ?? null,
    images: [want['dvd'] ?? null],
    adapters: [want['adapter'] ?? null],
  })
}

/** Brings a fresh host to what the case finds, with our record on what exists. Throws where it can't: then the point proves nothing. */
export function furnish(host: LabHost, stage: Stage, owner: Owner): void {
  const { world } = host
  const target = {
    host: host.id,
    urn: owner.urn,
    loaded: stage.loaded,
    want: stage.before,
    recorded: stage.recorded,
    adopt: false,
  }
  // A fixed disk of a case is larger than the lab's volume.
  world.files.setAside(-roomBytes)
  layWanted(world, stage)
  const rest = layFiles(world, stage)
  const ours = stage.found === null || stage.loaded.kind.builtIn === true ? null : owner
  const sight = { state: 'seen', hash: '', found: rest.found, owner: ours } as const
  bringWorld(world, executorOf(world), [{ target, sight }], { real: owner.backend, ours: owner.backend })
  const plan = planNow(world, stage)
  const verbs = plan.do === 'steps' ? plan.steps.map((step) => step.verb).join() : plan.do
  const expected = stage.operation === 'replace' ? 'replace' : stage.verbs.join()
  if (verbs !== expected)
    throw new Error(
      `${stage.folder} ${stage.name}: the host can't be brought to what the case finds: plans ${verbs}, not ${expected}`,
    )
}

/** What is there, looked at past every connection. */
export function look(world: World, stage: Stage, recorded = stage.recorded): Seen {
  const { kind } = stage.loaded
  const { hash, text } = scriptOf(stage.loaded, 'observe')
  const done = executorOf(world).run(hash, text, kind.look(stage.want, recorded), 600_000, 'look')
  world.takeSlept()
  if (done.fault !== undefined) return { fault: done.fault.message }
  const [json] = done.out
  return { found: json === undefined ? null : kind.found.parse(JSON.parse(json)) }
}

/** What would still be to do. */
export function planNow(world: World, stage: Stage, recorded = stage.recorded): Plan {
  const seen = look(world, stage, recorded)
  if ('fault' in seen) return { do: 'defer', because: seen.fault, fix: '' }
  const { kind } = stage.loaded
  if (stage.operation !== 'delete') return kind.plan(stage.want, seen.found, recorded)
  return seen.found === null
    ? { do: 'nothing', because: 'gone' }
    : kind.remove(stage.want, seen.found, recorded)
}
