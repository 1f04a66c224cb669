import { compareNumbers } from '../compare.ts'
import { CastFailure } from '../convert-failure.ts'
import { convert, itemsOf } from '../convert.ts'
import { PsThrow, Refused, record } from '../errors.ts'
import { PsBlock, isNull } from '../objects.ts'
import { toRegex } from '../regex.ts'
import { type Attribute, type Expr } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { PsNumber, type PsValue } from '../values.ts'
import { type Engine } from './engine.ts'
import { evaluate } from './expressions.ts'
import { typeNamed } from './type-named.ts'
import { type Formal, type Formals, type InSet, inSet } from './formal.ts'

/** The parameters of a block as declared. */
export interface Declared {
  readonly formals: Formals
  readonly initials: ReadonlyMap<string, Expr>
  /** The check that an assignment to the parameter must pass. */
  recheck(f: Formal): (value: PsValue) => void
}

const cache = new WeakMap<PsBlock['block'], Declared>()

/** Reads a block's parameters once. */
export function declared(e: Engine, block: PsBlock): Declared {
  const known = cache.get(block.block)
  if (known !== undefined) return known
  const ast = block.block
  const parameters = ast.parameters ?? []
  const binding = ast.attributes.find((a) => a.kind === 'attribute' && /^cmdletbinding$/i.test(a.name))
  const attributed = parameters.some((p) =>
    p.attributes.some((a) => a.kind === 'attribute' && /^parameter$/i.test(a.name)),
  )
  const strict = binding !== undefined || attributed
  const initials = new Map<string, Expr>()
  let position = 0
  const explicit = parameters.some((p) =>
    p.attributes.some((a) => a.kind === 'attribute' && a.named.some((n) => /^position$/i.test(n.name))),
  )
  const list = parameters.map((p): Formal => {
    if (p.initial !== undefined) initials.set(p.name, p.initial)
    const f = formalOf(e, p.name, p.attributes)
    if (explicit) return f
    const at = f.isSwitch ? undefined : position++
    return {
      ...f,
      sets: new Map([...f.sets].map(([name, s]) => [name, { ...s, position: s.position ?? at }])),
    }
  })
  const made: Declared = {
    formals: { list, defaultSet: namedText(e, binding, 'DefaultParameterSetName'), strict },
    initials,
    recheck: (f) => (value) => {
      const wrong = f.check?.(value)
      if (wrong !== undefined)
        throw new PsThrow(
          record(
            'ValidateSetFailure',
            `The variable cannot be validated because the value ${text(value)} is not a valid value for the ${f.name} variable.`,
            'MetadataError',
            'System.Management.Automation.ValidationMetadataException',
          ),
        )
    },
  }
  cache.set(ast, made)
  return made
}

function namedText(e: Engine, a: Attribute | undefined, name: string): string | undefined {
  if (a?.kind !== 'attribute') return undefined
  const found = a.named.find((n) => n.name.toLowerCase() === name.toLowerCase())?.value
  return found === undefined ? undefined : text(evaluate(e, found))
}

function flag(e: Engine, a: Attribute & { kind: 'attribute' }, name: string): boolean {
  const found = a.named.find((n) => n.name.toLowerCase() === name.toLowerCase())
  return found !== undefined && (found.value === undefined || evaluate(e, found.value) === true)
}

function formalOf(e: Engine, name: string, attributes: readonly Attribute[]): Formal {
  let type: string | undefined
  const sets = new Map<string, InSet>()
  const checks: ((value: PsValue) => string | undefined)[] = []
  let byValue = false
  let byProperty = false
  let allowNull = false
  let allowEmpty = false
  const aliases: string[] = []
  for (const a of attributes) {
    if (a.kind === 'type') {
      type = typeNamed(e, a.type)
      continue
    }
    const args = (): PsValue[] => a.positional.map((x) => evaluate(e, x))
    switch (a.name.toLowerCase()) {
      case 'parameter': {
        const position = a.named.find((n) => /^position$/i.test(n.name))?.value
        sets.set(namedText(e, a, 'ParameterSetName') ?? '', {
          mandatory: flag(e, a, 'Mandatory'),
          position: position === undefined ? undefined : Number(text(evaluate(e, position))),
        })
        byValue ||= flag(e, a, 'ValueFromPipeline')
        byProperty ||= flag(e, a, 'ValueFromPipelineByPropertyName')
        if (flag(e, a, 'ValueFromRemainingArguments')) throw new Refused('ValueFromRemainingArguments')
        break
      }
      case 'validateset':
        checks.push(inSet(args().map(text)))
        break
      case 'validatenotnull':
        checks.push((v) =>
          isNull(v)
            ? 'The argument is null. Provide a valid value for the argument, and then try running the command again.'
            : undefined,
        )
        break
      case 'validatenotnullorempty':
        checks.push((v) =>
          isNull(v) || v === '' || itemsOf(v)?.length === 0
            ? 'The argument is null or empty. Provide an argument that is not null or empty, and then try the command again.'
            : undefined,
        )
        break
      case 'validaterange': {
        const [from, to] = args()
        checks.push((v) => each(v, (i) => rangeCheck(i, from, to)))
        break
      }
      case 'validatelength': {
        const [from, to] = args().map((v) => Number(text(v)))
        checks.push((v) =>
          each(v, (i) =>
            text(i).length >= from! && text(i).length <= to!
              ? undefined
              : 'The length of the argument is not accepted.',
          ),
        )
        break
      }
      case 'validatecount': {
        const [from, to] = args().map((v) => Number(text(v)))
        checks.push((v) =>
          (itemsOf(v)?.length ?? 1) >= from! && (itemsOf(v)?.length ?? 1) <= to!
            ? undefined
            : 'The number of arguments is not accepted.',
        )
        break
      }
      case 'validatepattern': {
        const pattern = text(args()[0] ?? null)
        checks.push((v) =>
          each(v, (i) => {
            const regex = toRegex(pattern, false)
            regex.lastIndex = 0
            return regex.test(text(i))
              ? undefined
              : `The argument "${text(i)}" does not match the "${pattern}" pattern. Supply an argument that matches "${pattern}" and try the command again.`
          }),
        )
        break
      }
      case 'validatescript': {
        const block = args()[0]
        checks.push((v) =>
          each(v, (i) => {
            const ok = block instanceof PsBlock ? e.call(block, { item: i }) : false
            return ok === true || (!isNull(ok) && ok !== false && text(ok) !== '')
              ? undefined
              : `The "${text(blockText(block))}" validation script for the argument with value "${text(i)}" did not return a result of True. Determine why the validation script failed, and then try the command again.`
          }),
        )
        break
      }
      case 'allownull':
        allowNull = true
        break
      case 'allowemptystring':
      case 'allowemptycollection':
        allowEmpty = true
        break
      case 'alias':
        aliases.push(...args().map(text))
        break
      default:
        throw new Refused(`the attribute [${a.name}]`)
    }
  }
  if (sets.size === 0) sets.set('', { mandatory: false, position: undefined })
  const check =
    checks.length === 0
      ? undefined
      : (v: PsValue): string | undefined => checks.map((c) => c(v)).find((m) => m !== undefined)
  return {
    name,
    aliases,
    type: type === 'System.Object' ? undefined : type,
    isSwitch: type === 'System.Management.Automation.SwitchParameter',
    byValue,
    byProperty,
    sets,
    check,
    allowNull,
    allowEmpty,
  }
}

function blockText(v: PsValue | undefined): PsValue {
  return v ?? null
}

function each(v: PsValue, check: (item: PsValue) => string | undefined): string | undefined {
  return (itemsOf(v) ?? [v]).map(check).find((m) => m !== undefined)
}

function rangeCheck(v: PsValue, from: PsValue | undefined, to: PsValue | undefined): string | undefined {
  try {
    const n = convert(v, 'System.Double')
    if (!(n instanceof PsNumber) || !(from instanceof PsNumber) || !(to instanceof PsNumber))
      throw new Refused('ValidateRange of this kind')
    if (compareNumbers(n, from) < 0)
      return `The ${text(v)} argument is less than the minimum allowed range of ${text(from)}. Supply an argument that is greater than or equal to ${text(from)} and then try the command again.`
    if (compareNumbers(n, to) > 0)
      return `The ${text(v)} argument is greater than the maximum allowed range of ${text(to)}. Supply an argument that is less than or equal to ${text(to)} and then try the command again.`
    return undefined
  } catch (x) {
    if (x instanceof CastFailure) return x.message
    throw x
  }
}
