import { PsThrow, Refused, record } from '../errors.ts'
import { type PsErrorRecord } from '../objects.ts'
import { accept, isOf } from './accept.ts'
import { BINDING } from './bind-failure.ts'
import { type Bound } from './bound.ts'
import { type Formal } from './formal.ts'
import { PsObject, type PsValue } from '../values.ts'

/** Binds one object of the pipeline: by value without conversion, by property, by value with conversion. Undefined when nothing takes it. */
export function bindInput(
  bound: Bound,
  set: string | undefined,
  item: PsValue,
  property: (name: string) => PsValue | undefined,
  cmdlet: boolean,
): Map<string, PsValue> | undefined {
  const { formals, values, suffix } = bound
  const within = (f: Formal, sets: readonly string[]): boolean =>
    !values.has(f.name) &&
    (f.sets.has('') || (set !== undefined && f.sets.has(set)) || sets.some((s) => f.sets.has(s)))
  const out = new Map<string, PsValue>()
  const take = (f: Formal): boolean => {
    try {
      out.set(f.name, accept(f, item, suffix, cmdlet))
      return true
    } catch (x) {
      if (
        x instanceof PsThrow &&
        /^(CannotConvertArgument|ParameterArgumentTransformation)/.test(x.record.fqid)
      )
        return false
      throw x
    }
  }
  const valued = formals.list.filter((f) => f.byValue && within(f, bound.sets))
  const direct =
    valued.find((f) => isOf(item, f)) ?? valued.find((f) => f.declared === undefined && f.type === undefined)
  let sets = bound.sets
  if (direct !== undefined && take(direct))
    sets = sets.filter((s) => direct.sets.has('') || direct.sets.has(s))
  for (const f of formals.list) {
    if (!f.byProperty || f === direct || !within(f, sets)) continue
    const v = [f.name, ...f.aliases].map(property).find((p) => p !== undefined)
    if (v !== undefined) out.set(f.name, accept(f, v, suffix, cmdlet))
  }
  if (out.size > 0) return out
  for (const f of valued) {
    if (
      item instanceof PsObject &&
      f.type?.startsWith('System.String') === true &&
      item.types[0] !== 'System.Management.Automation.PSCustomObject'
    )
      throw new Refused('an object that a pipeline would make text')
    if ((f.type !== undefined || f.declared === undefined) && take(f)) return out
  }
  return undefined
}

/** The error of a pipeline object that no parameter takes. */
export function inputRefused(item: PsValue, suffix: string): PsErrorRecord {
  return record(
    `InputObjectNotBound,${suffix}`,
    'The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.',
    'InvalidArgument',
    BINDING,
    item,
  )
}
