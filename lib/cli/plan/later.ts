import { type Collection, tracesIn } from '../../engine/collect.ts'
import { unwrap } from '../../provider/wire-values.ts'
import type { Json } from '../../domain/json.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import type { Later } from '../../reconcile/plan-file/index.ts'
import { commandType } from '../../provider/command/free-command.ts'

/** Outputs of every type that a value of later may be: what a collecting pass is told to trace. */
export function tracedOutputs(catalogue: Catalogue): { [type: string]: string[] } {
  const kinds = [...catalogue.values()].map(
    ({ kind }) => [`chancery:${kind.token}`, Object.keys(kind.outs.shape)] as const,
  )
  return { ...Object.fromEntries(kinds), [commandType]: ['stdout', 'stderr'] }
}

/** Where an input of a resource comes from: an output of another, or a text made of outputs. Undefined: of neither. */
export function laterIn(collection: Collection): (urn: string, path: string) => Later | undefined {
  const inputs = new Map(collection.resources.map((one) => [one.urn, one.inputs]))
  /** A function of the program may have changed or cut what is traced: then it names nothing, or a piece of it is left. */
  const isWhole = (part: Later[number]): boolean =>
    typeof part === 'string' ? !part.includes('\u0001') : inputs.has(part.from)
  return (urn, path) => {
    const found = path.split('/').reduce<Json | undefined>(inner, unwrap(inputs.get(urn) ?? {}).values)
    if (typeof found !== 'string') return undefined
    const parts = tracesIn(found)
    return parts.some((part) => typeof part !== 'string') && parts.every(isWhole) ? parts : undefined
  }
}

const inner = (value: Json | undefined, name: string): Json | undefined =>
  value === undefined || value === null || typeof value !== 'object'
    ? undefined
    : Array.isArray(value)
      ? (value as readonly Json[])[Number(name)]
      : Object.hasOwn(value, name)
        ? (value as { readonly [name: string]: Json })[name]
        : undefined
