import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonObject } from '../../domain/json.ts'
import type { Step } from '../../kinds/kind.ts'
import type { Executor } from '../../lab/executor.ts'
import { WorkerStore } from '../../lab/worker-store.ts'
import type { World } from '../../lab/world/world.ts'
import { scriptOf } from '../../reconcile/loaded-kind.ts'
import type { Sight } from '../../reconcile/observation.ts'
import { keyOf, nameOf, type Target } from '../../reconcile/target.ts'
import { asciiJson } from '../../transport/wire.ts'
import { layBeneath, layImages } from './beneath.ts'
import { giveIdentities, identitiesOf } from './identities.ts'
import { likenessOf } from './likeness.ts'

/** A thing of a host, and how it was seen there last. */
export type Remembered = { readonly target: Target; readonly sight: Sight }

/** How a thing of the rehearsal differs from what was seen. */
export type Unlike = { readonly name: string; readonly because: string }

/** Plans for one thing are carried out at most so often until nothing is left to do. */
const rounds = 4
const limitMs = 3_600_000

/**
 * Brings a fresh host of the lab to what was seen on the real one: each kind's own plan, from what the lab has to what was seen,
 * run by its own scripts; then the identities that Windows had drawn there, its own among them, and the records of whose each thing is. Gives what
 * could not be brought to look the same.
 */
export function bringWorld(
  world: World,
  executor: Executor,
  things: readonly Remembered[],
  backend: { readonly real: string; readonly ours: string },
): readonly Unlike[] {
  const hand = new Hand(executor)
  const brought = things.map((thing) => hand.bring(world, thing))
  const identities = new Map<string, string>()
  for (const [at, { sight }] of things.entries()) {
    const made = hand.look(brought[at]!.made, undefined)
    if ('seen' in made) identitiesOf(made.seen ?? undefined, sight.found ?? undefined, identities)
  }
  giveIdentities(world, identities)
  own(world, things, backend)
  world.machineId = things.find(({ target }) => target.machine !== undefined)?.target.machine
  world.takeSlept()
  return things.flatMap((thing, at): readonly Unlike[] => {
    const made = hand.look(thing.target, thing.target.recorded)
    const because = 'fault' in made ? made.fault : difference(made.seen, thing.sight.found)
    if (because === undefined) return []
    return [{ name: nameOf(thing.target), because: brought[at]?.problem ?? because }]
  })
}

type Look = { readonly seen: JsonObject | null } | { readonly fault: string }

/** Runs the scripts of kinds on a world, without a network. */
class Hand {
  readonly #executor: Executor

  constructor(executor: Executor) {
    this.#executor = executor
  }

  look(target: Target, recorded: JsonObject | undefined): Look {
    const { hash, text } = scriptOf(target.loaded, 'observe')
    const params = target.loaded.kind.look(target.want, recorded)
    const done = this.#executor.run(hash, text, params, limitMs, 'look')
    if (done.fault !== undefined) return { fault: done.fault.message }
    return { seen: done.out[0] === undefined ? null : (JSON.parse(done.out[0]) as JsonObject) }
  }

  /** From the inputs as they are; where that fails, from those alone that name the thing, the rest as it was seen. */
  bring(world: World, { target, sight }: Remembered): Brought {
    if (sight.found === null) {
      layImages(world, target.want)
      return { made: target }
    }
    layBeneath(world, sight.found)
    const brought = this.#bring(world, target, sight.found, target.want)
    if (brought.problem === undefined) return brought
    const named = Object.entries(target.want).filter(([name]) => target.loaded.kind.replaceOn.includes(name))
    const again = this.#bring(world, target, sight.found, Object.fromEntries(named))
    return again.problem === undefined ? again : brought
  }

  /** Carries out the kind's plans for the inputs that describe what was seen. */
  #bring(world: World, target: Target, seen: JsonObject, want: JsonObject): Brought {
    const { kind } = target.loaded
    const { inputs } = likenessOf(kind, want, seen)
    const parsed = kind.props.safeParse(inputs)
    const made = parsed.success ? { ...target, want: parsed.data as JsonObject } : target
    for (let round = 0; round < rounds; round++) {
      const found = this.look(made, undefined)
      if ('fault' in found) return { made, problem: found.fault }
      const plan = kind.plan(made.want, found.seen, undefined)
      if (plan.do === 'nothing') break
      if (plan.do !== 'steps') return { made, problem: plan.because }
      const problem = this.#act(made, plan.steps)
      world.takeSlept()
      if (problem !== undefined) return { made, problem }
      const pending = plan.steps.some(({ effects }) => effects.includes('needs-host-restart'))
      const now = this.look(made, undefined)
      if (pending && 'seen' in now && difference(now.seen, seen) !== undefined) world.restarted()
    }
    return { made }
  }

  #act(target: Target, steps: readonly Step[]): string | undefined {
    for (const step of steps) {
      const { hash, text } = scriptOf(target.loaded, step.verb)
      const done = this.#executor.run(hash, text, step.params, limitMs, 'act')
      if (done.fault !== undefined) return done.fault.message
    }
    return undefined
  }
}

/** What was made: under the name that it was seen with, where that is another than the wanted one. */
type Brought = {
  readonly made: Target
  /** Why it stays otherwise, in a sentence. */
  readonly problem?: string
}

/** The records of whose each thing is; ours name the rehearsal's own state in place of the real one. */
function own(
  world: World,
  things: readonly Remembered[],
  { real, ours }: { readonly real: string; readonly ours: string },
): void {
  const store = new WorkerStore(world)
  for (const { target, sight } of things) {
    if (sight.owner === null) continue
    const backend = sight.owner.backend === real ? ours : sight.owner.backend
    store.own(keyOf(target), asciiJson({ ...sight.owner, backend }))
  }
}

/** Names of what differs; undefined: nothing does. */
function difference(made: JsonObject | null, seen: JsonObject | null): string | undefined {
  if (made === null || seen === null)
    return made === seen ? undefined : seen === null ? 'it was absent' : 'it could not be made'
  const names = [...new Set([...Object.keys(made), ...Object.keys(seen)])]
  const differing = names.filter((name) => !alike(made[name], seen[name]))
  return differing.length === 0 ? undefined : `${differing.join(', ')} can't be known or made here`
}

const alike = (a: Json | undefined, b: Json | undefined): boolean => isDeepStrictEqual(a, b)
