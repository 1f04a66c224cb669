import { type Command, type Script } from '../syntax/ast.ts'
import { type Findings } from './findings.ts'
import { type Inference, type Kinds } from './inference.ts'
import { commandName, literal } from './names.ts'
import { walkBlock } from './walk.ts'

/** Members that any value may have, or that are not properties of a class. */
const ANY = new Set(['psobject', 'count', 'length', 'gettype', 'tostring', 'psbase', 'pstypenames'])

/** Finds properties of what a cmdlet returned that none of its classes has: read as a member, or named to `Sort-Object` and the like. */
export function propertyFindings(script: Script, inference: Inference, f: Findings): void {
  const check = (kinds: Kinds, name: string, at: number): void => {
    if (kinds === undefined || ANY.has(name.toLowerCase())) return
    if (!kinds.some((k) => inference.property(k, name) !== undefined))
      f.add('unknown-property', at, `${kinds.join(' or ')} has no property ${name}`)
  }
  walkBlock(script.block, {
    expr(x, around) {
      if (x.kind === 'member' && !x.static && x.name.kind === 'const')
        check(inference.of(x.target, around), String(x.name.value), x.at + 1)
    },
    command(c, _around, _first, item) {
      for (const [name, at] of propertiesNamed(c)) check(inference.ofItem(item), name, at)
    },
  })
}

/** The properties that a command is given by name. */
function propertiesNamed(c: Command): readonly (readonly [string, number])[] {
  if (!/^(sort|select|group|measure)-object$/i.test(commandName(c) ?? '')) return []
  const at = c.elements.findIndex((el) => el.kind === 'parameter' && /^property$/i.test(el.name))
  const el = at < 0 ? undefined : c.elements[at + 1]
  if (el?.kind !== 'argument') return []
  const items = el.expr.kind === 'list' ? el.expr.items : [el.expr]
  return items.flatMap((x) => {
    const name = literal(x)
    return name === undefined || /[*?[]/.test(name) ? [] : [[name, x.at] as const]
  })
}
