import { cast } from '../arithmetic.ts'
import { itemsOf, truth } from '../convert.ts'
import { Refused } from '../errors.ts'
import { PsBlock, PsList, PsType } from '../objects.ts'
import { text } from '../text.ts'
import { PsNumber, type PsValue } from '../values.ts'
import { type Engine } from '../run/engine.ts'
import { getMember } from './members.ts'

const COLLECTION = 'System.Collections.ObjectModel.Collection`1[System.Management.Automation.PSObject]'

/** `$list.ForEach(…)` */
export function foreachMethod(e: Engine, target: PsValue, args: readonly PsValue[]): PsValue {
  const items = itemsOf(target) ?? [target]
  const what = args[0] ?? null
  const out: PsValue[] = []
  for (const item of items) {
    if (what instanceof PsBlock) e.runBlock(what, { item, args: args.slice(1) }, (v) => out.push(v))
    else if (what instanceof PsType) out.push(cast(item, what.name))
    else if (typeof what === 'string' && args.length === 1) out.push(getMember(e, item, what))
    else throw new Refused('ForEach() with these arguments')
  }
  return new PsList(COLLECTION, out)
}

/** `$list.Where(…)` */
export function whereMethod(e: Engine, target: PsValue, args: readonly PsValue[]): PsValue {
  const items = itemsOf(target) ?? [target]
  const test = args[0] ?? null
  if (!(test instanceof PsBlock) || args.length > 3) throw new Refused('Where() with these arguments')
  const mode = args.length > 1 ? text(args[1]!).toLowerCase() : 'default'
  const limit = args[2] instanceof PsNumber ? Number(args[2].value) : 0
  const hits: PsValue[] = []
  const misses: PsValue[] = []
  let open = true
  for (const [i, item] of items.entries()) {
    const ok = (): boolean => truth(e.call(test, { item }))
    switch (mode) {
      case 'default':
      case 'first':
        if ((mode === 'first' && hits.length >= Math.max(1, limit)) || (limit > 0 && hits.length >= limit))
          continue
        if (ok()) hits.push(item)
        break
      case 'last':
        if (ok()) hits.push(item)
        break
      case 'split':
        ;(ok() ? hits : misses).push(item)
        break
      case 'until':
        if (open && ok()) open = false
        if (open) hits.push(item)
        break
      case 'skipuntil':
        if (open && ok()) open = false
        if (!open) hits.push(...items.slice(i).slice(0, 1))
        break
      default:
        throw new Refused(`the mode ${mode} of Where()`)
    }
  }
  if (mode === 'split') return [new PsList(COLLECTION, hits), new PsList(COLLECTION, misses)]
  return new PsList(COLLECTION, mode === 'last' ? hits.slice(-Math.max(1, limit)) : hits)
}
