import { bindFailure } from './bind-failure.ts'
import { type Formals } from './formal.ts'
import { type PsValue } from '../values.ts'

/** An argument as given: with a name, or by position. */
export interface Given {
  readonly name: string | undefined
  readonly value: PsValue
  /** A name without a value: a switch, unless the next argument is its value. */
  readonly bare?: boolean
  readonly colon?: boolean
  readonly splatted?: boolean
}

/** What binding gave. */
export interface Bound {
  readonly values: Map<string, PsValue>
  /** Positional arguments that found no parameter. */
  readonly rest: PsValue[]
  readonly sets: readonly string[]
  readonly formals: Formals
  readonly suffix: string
  /** Arguments without a name were given. */
  readonly byPosition: boolean
}

/** The names of a command's parameter sets; none where all parameters are in all sets. */
export const setsOf = (formals: Formals): string[] => [
  ...new Set(formals.list.flatMap((f) => [...f.sets.keys()]).filter((s) => s !== '')),
]

/** The parameter sets that take all of these values; fails where none does. */
export function possible(
  formals: Formals,
  values: ReadonlyMap<string, PsValue>,
  suffix: string,
): readonly string[] {
  let sets = setsOf(formals)
  for (const f of formals.list)
    if (values.has(f.name) && !f.sets.has('')) sets = sets.filter((s) => f.sets.has(s))
  if (sets.length === 0 && setsOf(formals).length > 0)
    bindFailure(
      'AmbiguousParameterSet',
      'Parameter set cannot be resolved using the specified named parameters.',
      suffix,
    )
  return sets
}
