import { isDeepStrictEqual } from 'node:util'
import { describeFailure, type Failure } from '../../lib/domain/failure.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import type { World } from '../../lib/lab/index.ts'
import { observedIn } from '../../lib/provider/resource-state.ts'
import { unwrap } from '../../lib/provider/wire-values.ts'
import type { Ledger } from './ledger.ts'
import { normal } from './normal.ts'
import type { Point, Stage } from './points.ts'
import { look, planNow } from './scene.ts'
import type { Ran } from './small-engine.ts'

export const counters = ['lost', 'doubled', 'wrongReports', 'unreachableForGood'] as const
export type Counter = (typeof counters)[number]

/** Something that must not be so. */
export type Finding = { readonly counter: Counter; readonly what: string }

/** Then nothing was tried. */
export const neverStruck: Finding = { counter: 'lost', what: 'the fault never struck' }

/** How a case ends where nothing goes wrong. */
export type Sound = {
  readonly ledger: Ledger
  readonly snapshot: JsonObject
  /** What is left to say: a feature waits for a restart. */
  readonly failures: readonly Failure['kind'][]
  /** The host goes on by itself after the last act: then the state says what it was, in a sound run too. */
  readonly movesOn: boolean
}

/** Words that claim that nothing was done. */
const nothingRan = new Set<Failure['kind']>([
  'unreachable',
  'login',
  'host-key',
  'changed',
  'exists',
  'interrupted',
])

export const findingsOf = {
  /** What was said after the fault, held against the host as it is then. */
  *first(
    point: Point,
    ran: Ran,
    { changed, world }: { readonly changed: boolean; readonly world: World },
  ): Generator<Finding> {
    yield* doneOrNot(point, ran, world)
    for (const failure of ran.failures) {
      if (changed && failure.removed === undefined && nothingRan.has(failure.kind))
        yield {
          counter: 'wrongReports',
          what: `a step changed the host, and it is said: ${describeFailure(failure)}`,
        }
    }
  },

  /** What was said of an act whose reply was lost while nothing can be seen. */
  *unseen(ran: Ran): Generator<Finding> {
    if (ran.failures.length === 1 && ran.failures[0]?.kind === 'unknown') return
    const said = ran.failures.map(describeFailure).join('; ') || 'done'
    yield { counter: 'wrongReports', what: `what can't be seen after a lost reply is unknown, not: ${said}` }
  },

  /** What is so after the run that came next. */
  *last(point: Point, ran: Ran, world: World, ledger: Ledger, sound: Sound): Generator<Finding> {
    yield* doneOrNot(point, ran, world)
    if (ran.failures.length === 0 && !sound.movesOn) yield* stateOtherwise(point.stage, ran, world)
    const kinds = ran.failures.map((failure) => failure.kind)
    if (!isDeepStrictEqual(kinds, sound.failures))
      yield {
        counter: 'unreachableForGood',
        what: `the run after it ends otherwise than a sound one: ${ran.failures.map(describeFailure).join('; ') || 'done'}`,
      }
    const is = normal(world.snapshot())
    const should = normal(sound.snapshot)
    if (!isDeepStrictEqual(is, should))
      yield {
        counter: 'lost',
        what: `the host is not as after a sound run: ${differences(is, should).join('; ')}`,
      }
    const removed = point.stage.operation === 'delete' && sound.failures.length === 0
    const { records } = is as { readonly records: readonly string[] }
    if (removed && records.length > 0)
      yield { counter: 'lost', what: `the thing is gone and its record is left: ${records.join()}` }
    for (const step of ledger.doubledAgainst(sound.ledger))
      yield { counter: 'doubled', what: `done twice: ${step}` }
  },
}

/** Called done, it is as wanted. */
function* doneOrNot({ stage }: Point, ran: Ran, world: World): Generator<Finding> {
  if (ran.failures.length > 0) return
  const plan = planNow(world, stage, recordedIn(ran) ?? stage.recorded)
  if (plan.do !== 'nothing')
    yield {
      counter: 'wrongReports',
      what: `said to be done, but ${plan.do === 'steps' ? plan.steps.map((step) => step.because).join('; ') : plan.because}`,
    }
}

const recordedIn = (ran: Ran): JsonObject | undefined => observedIn(ran.state?.outputs ?? {})

/** The state, its outputs too, says what the host shows. */
export function* stateOtherwise(stage: Stage, ran: Ran, world: World): Generator<Finding> {
  const recorded = recordedIn(ran)
  const seen = look(world, stage, recorded ?? stage.recorded)
  const found = 'found' in seen ? (seen.found ?? undefined) : undefined
  if (!isDeepStrictEqual(found, recorded))
    yield {
      counter: 'wrongReports',
      what: `the state says ${JSON.stringify(recorded)}, the host shows ${JSON.stringify(found)}`,
    }
  const { outputs } = ran.state ?? {}
  if (found === undefined || outputs === undefined) return
  const { kind } = stage.loaded
  for (const [name, value] of Object.entries(kind.outputs(found))) {
    if (name in stage.want || isDeepStrictEqual(unwrap(outputs).values[name], value)) continue
    yield {
      counter: 'wrongReports',
      what: `the state has the output ${name} as ${JSON.stringify(outputs[name])}, the host shows ${JSON.stringify(value)}`,
    }
  }
}

/** Where two worlds differ, by path. */
function differences(is: unknown, should: unknown, at = ''): readonly string[] {
  if (isDeepStrictEqual(is, should)) return []
  const objects = [is, should].every((one) => one !== null && typeof one === 'object')
  if (!objects) return [`${at}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`]
  const names = new Set([...Object.keys(is as object), ...Object.keys(should as object)])
  return [...names].flatMap((name) =>
    differences(Reflect.get(is as object, name), Reflect.get(should as object, name), `${at}/${name}`),
  )
}
