import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import type { BookEntry } from '../reconcile/book.ts'
import { keyedFor } from '../reconcile/keyed-kind.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { nameOf, type Target } from '../reconcile/target.ts'
import type { Call, Struct } from './calls.ts'
import { leaveOf } from './accept.ts'
import { acceptPart, digestOf, type Inputs, inputsOf } from './inputs.ts'
import { unknownValue, unwrap, wrap } from './wire-values.ts'

/** What the last run knew of a thing: what it saw, what it wanted, on which installation of Windows. */
export type LastRun = Pick<Target, 'recorded' | 'former' | 'machine' | 'sealed'>

/** Of something new. */
export const noLastRun: LastRun = { recorded: undefined }

/** `olds`: the state's outputs. */
export function lastRun(loaded: LoadedKind, olds: Struct): LastRun {
  const recorded = observedIn(olds)
  if (recorded === undefined) return noLastRun
  const { hostMachine } = unwrap(olds).values
  const former = oldInputs(loaded, olds)
  return {
    recorded,
    former: inputsOf(loaded, former).want,
    sealed: unwrap(former).secrets,
    ...(typeof hostMachine === 'string' ? { machine: hostMachine } : {}),
  }
}

/** `now`: what is accepted until then counts no more. `ignored`: the engine's `ignoreChanges`. */
export const targetOf = (
  call: Call,
  inputs: Inputs,
  last: LastRun,
  now: number,
  ignored: readonly string[] = [],
): Target => ({
  host: inputs.host,
  urn: call.urn,
  loaded: keyedFor(call.loaded, inputs.host, inputs.want, inputs.secrets),
  want: inputs.want,
  ...last,
  adopt: inputs.adopt,
  secrets: inputs.secrets,
  leave: leaveOf(inputs.accept, ignored, now),
})

/** Leaves that the preview did not know are masked. */
export const sameInputs = (entry: BookEntry, inputs: Inputs): boolean =>
  entry.inputDigest ===
  digestOf(
    { ...inputs.want, host: inputs.host, adopt: inputs.adopt, ...acceptPart(inputs.accept) },
    entry.unknown,
  )

export const idOf = (target: Target): string => `${target.host}|${target.loaded.kind.identity(target.want)}`

/** Olds are outputs; those that are inputs of the kind are its former inputs. */
export function oldInputs(loaded: LoadedKind, olds: Struct): Struct {
  const names = new Set([...Object.keys(loaded.kind.props.shape), 'host', 'adopt', 'accept'])
  return Object.fromEntries(Object.entries(olds).filter(([key]) => names.has(key)))
}

export function observedIn(olds: Struct): JsonObject | undefined {
  const { observed } = unwrap(olds).values
  return observed !== undefined &&
    observed !== null &&
    typeof observed === 'object' &&
    !Array.isArray(observed)
    ? (observed as JsonObject)
    : undefined
}

/**
 * Inputs, outputs of the kind, the observation, and on which installation of Windows that was; outputs not known yet are marked so.
 */
export function outcomeProperties(
  loaded: LoadedKind,
  inputs: Inputs,
  news: Struct,
  found: JsonObject | undefined,
  machine?: string,
): Struct {
  const kept = Object.fromEntries(
    Object.entries(news).filter(([key]) => key !== 'observed' && key !== 'hostMachine'),
  )
  if (found === undefined) {
    const pending = Object.fromEntries(
      Object.keys(loaded.kind.outs.shape).map((name) => [name, unknownValue]),
    )
    return { ...pending, ...kept }
  }
  return {
    ...wrap(loaded.kind.outputs(found), inputs.secrets),
    ...kept,
    observed: found,
    ...(machine === undefined ? {} : { hostMachine: machine }),
  }
}

export const notPlanned = (target: Target, because: string): Failure => ({
  kind: 'refused',
  host: target.host,
  resource: nameOf(target),
  rule: 'previewed-is-what-runs',
  because,
  fix: 'Preview again.',
})
