import { itemsOf } from '../convert.ts'
import { PsThrow, Refused } from '../errors.ts'
import { isNull } from '../objects.ts'
import { accept, isOf, refuseEmpty } from './accept.ts'
import { BINDING, bindFailure } from './bind-failure.ts'
import { possible, setsOf } from './bound.ts'
import { type Formal, type Formals } from './formal.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'

export function positions(
  formals: Formals,
  values: Map<string, PsValue>,
  rest: PsValue[],
  unknown: Unknown | undefined,
  suffix: string,
  cmdlet: boolean,
): readonly string[] {
  const given = rest.length
  let sets = possible(formals, values, suffix)
  if ((given > 0 || unknown !== undefined) && sets.some((set) => sharesPosition(formals, values, set)))
    throw new Refused('a positional argument where two parameters of a set have one position')
  while (rest.length > 0) {
    const chosen = positional(formals, values, sets, rest[0]!)
    if (chosen === undefined) {
      const last = formals.list.find(
        (f) =>
          f.remaining === true && !values.has(f.name) && (f.sets.has('') || sets.some((s) => f.sets.has(s))),
      )
      if (last !== undefined) {
        values.set(last.name, accept(last, rest.length === 1 ? rest[0]! : [...rest], suffix, cmdlet))
        rest.length = 0
        break
      }
      if (unknown !== undefined && given - rest.length >= unknown.before)
        refuseUnknown(formals, sets, unknown, suffix)
      if (undecided(formals, sets)) throw new Refused('too many arguments where no set is decided')
      if (formals.strict)
        bindFailure(
          'PositionalParameterNotFound',
          `A positional parameter cannot be found that accepts argument '${text(rest[0]!)}'.`,
          suffix,
          'InvalidArgument',
          BINDING,
          null,
        )
      break
    }
    try {
      // By position null is looked at before it is converted, unless another set may take it.
      if (isNull(rest[0]!) && cmdlet) {
        if (setsOf(formals).length > 1) throw new Refused('null by position')
        if ([...chosen.sets.values()].some((s) => s.mandatory)) refuseEmpty(chosen, null, suffix)
      }
      if (chosen.type === undefined && chosen.names === undefined && chosen.declared !== undefined)
        if (!isNull(rest[0]!) && !isOf(rest[0]!, chosen))
          throw new Refused(`a value by position for -${chosen.name}`)
      values.set(chosen.name, accept(chosen, rest[0]!, suffix, cmdlet))
    } catch (x) {
      if (x instanceof PsThrow && unknown !== undefined && given - rest.length >= unknown.before)
        refuseUnknown(formals, sets, unknown, suffix)
      throw x
    }
    rest.shift()
    sets = possible(formals, values, suffix)
  }
  return unknown === undefined ? sets : refuseUnknown(formals, sets, unknown, suffix)
}

/** A name that no parameter has, and how many positional arguments stand before it. */
export interface Unknown {
  readonly name: string
  readonly before: number
}

const undecided = ({ defaultSet }: Formals, sets: readonly string[]): boolean =>
  sets.length > 1 && (defaultSet === undefined || !sets.includes(defaultSet))

function refuseUnknown(formals: Formals, sets: readonly string[], { name }: Unknown, suffix: string): never {
  if (undecided(formals, sets)) throw new Refused('an unknown parameter where no set is decided')
  return bindFailure(
    'NamedParameterNotFound',
    `A parameter cannot be found that matches parameter name '${name}'.`,
    suffix,
  )
}

function sharesPosition({ list }: Formals, values: ReadonlyMap<string, PsValue>, set: string): boolean {
  const taken = list.flatMap((f) => (values.has(f.name) ? [] : (f.sets.get(set)?.position ?? [])))
  return new Set(taken).size < taken.length
}

/** The parameter that takes a positional argument: of the default set before others, and before that one whose type it has. */
function positional(
  { list, defaultSet }: Formals,
  values: ReadonlyMap<string, PsValue>,
  sets: readonly string[],
  value: PsValue,
): Formal | undefined {
  const at = (f: Formal): number =>
    Math.min(
      ...[...f.sets].map(([set, s]) =>
        set === '' || sets.includes(set) ? (s.position ?? Infinity) : Infinity,
      ),
    )
  const free = list.filter((f) => !values.has(f.name) && at(f) < Infinity)
  const first = Math.min(...free.map(at))
  const candidates = free.filter((f) => at(f) === first)
  if (candidates.length > 1 && itemsOf(value) !== undefined)
    throw new Refused('a list by position that several parameters may take')
  const byDefault = candidates.filter(
    (f) =>
      f.sets.has('') || (defaultSet !== undefined && sets.includes(defaultSet) && f.sets.has(defaultSet)),
  )
  const fitting = (some: readonly Formal[]): readonly Formal[] => some.filter((f) => isOf(value, f))
  for (const some of [fitting(byDefault), fitting(candidates), byDefault, candidates]) {
    if (some.length > 1) throw new Refused('a positional argument that several parameters take')
    if (some[0] !== undefined) return some[0]
  }
  return undefined
}
