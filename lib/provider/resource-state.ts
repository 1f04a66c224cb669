import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import type { BookEntry } from '../reconcile/book.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { nameOf, type Target } from '../reconcile/target.ts'
import type { Call, Struct } from './calls.ts'
import { leaveOf } from './accept.ts'
import { acceptPart, digestOf, type Inputs } from './inputs.ts'
import { unknownValue, unwrap, wrap } from './wire-values.ts'

/** `now`: what is accepted until then counts no more. `ignored`: the engine's `ignoreChanges`. */
export const targetOf = (
  call: Call,
  inputs: Inputs,
  recorded: JsonObject | undefined,
  now: number,
  ignored: readonly string[] = [],
): Target => ({
  host: inputs.host,
  urn: call.urn,
  loaded: call.loaded,
  want: inputs.want,
  recorded,
  adopt: inputs.adopt,
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

/** Inputs, outputs of the kind, and the observation; outputs not known yet are marked so. */
export function outcomeProperties(
  loaded: LoadedKind,
  inputs: Inputs,
  news: Struct,
  found: JsonObject | undefined,
): Struct {
  const kept = Object.fromEntries(Object.entries(news).filter(([key]) => key !== 'observed'))
  if (found === undefined) {
    const pending = Object.fromEntries(
      Object.keys(loaded.kind.outs.shape).map((name) => [name, unknownValue]),
    )
    return { ...pending, ...kept }
  }
  return { ...wrap(loaded.kind.outputs(found), inputs.secrets), ...kept, observed: found }
}

export const notPlanned = (target: Target, because: string): Failure => ({
  kind: 'refused',
  host: target.host,
  resource: nameOf(target),
  rule: 'previewed-is-what-runs',
  because,
  fix: 'Preview again.',
})
