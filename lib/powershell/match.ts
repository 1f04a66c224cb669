import { casting } from './arithmetic.ts'
import { equal, order } from './compare.ts'
import { itemsOf } from './convert.ts'
import { toNumber } from './convert-numbers.ts'
import { Refused, fail } from './errors.ts'
import { PsRegex, isNull, typedArray } from './objects.ts'
import { replaceAll, toRegex, wildcard } from './regex.ts'
import { text } from './text.ts'
import { type PsValue } from './values.ts'

/** What `-match` leaves in $Matches. */
export interface Matched {
  readonly result: PsValue
  readonly matches: RegExpExecArray | undefined
}

const compiled = (pattern: PsValue, caseSensitive: boolean): RegExp =>
  pattern instanceof PsRegex ? pattern.regex : toRegex(text(pattern), caseSensitive)

/** `-match`, `-notmatch` */
export function match(left: PsValue, pattern: PsValue, negative: boolean, caseSensitive: boolean): Matched {
  const regex = compiled(pattern, caseSensitive)
  const items = itemsOf(left)
  const test = (v: PsValue): RegExpExecArray | null => {
    regex.lastIndex = 0
    return regex.exec(text(v))
  }
  if (items !== undefined)
    return { result: items.filter((v) => (test(v) !== null) !== negative), matches: undefined }
  const m = test(left)
  return { result: (m !== null) !== negative, matches: m ?? undefined }
}

/** All comparison operators but `-match` and its negation; `op` without the leading i or c. */
export function comparison(op: string, left: PsValue, right: PsValue, caseSensitive: boolean): PsValue {
  const items = itemsOf(left)
  const each = (test: (v: PsValue) => boolean): PsValue =>
    items === undefined ? test(left) : items.filter(test)
  switch (op) {
    case 'eq':
      return each((v) => equal(v, right, caseSensitive))
    case 'ne':
      return each((v) => !equal(v, right, caseSensitive))
    case 'gt':
      return each((v) => order(v, right, caseSensitive) > 0)
    case 'ge':
      return each((v) => order(v, right, caseSensitive) >= 0)
    case 'lt':
      return each((v) => order(v, right, caseSensitive) < 0)
    case 'le':
      return each((v) => order(v, right, caseSensitive) <= 0)
    case 'like':
    case 'notlike': {
      if (items?.some((v) => typeof v !== 'string') === true)
        throw new Refused(`-${op} on a list of more than text`)
      const pattern = wildcard(text(right), caseSensitive)
      return each((v) => pattern.test(text(v)) === (op === 'like'))
    }
    case 'contains':
    case 'notcontains':
      return (items ?? [left]).some((v) => equal(v, right, caseSensitive)) === (op === 'contains')
    case 'in':
    case 'notin':
      return (itemsOf(right) ?? [right]).some((v) => equal(v, left, caseSensitive)) === (op === 'in')
    case 'join':
      return (items ?? [left]).map(text).join(text(right))
    default:
      throw new Refused(`the operator -${op}`)
  }
}

/** `-replace` */
export function replace(left: PsValue, right: PsValue, caseSensitive: boolean): PsValue {
  const [pattern = null, by = ''] = itemsOf(right) ?? [right]
  if ((itemsOf(right)?.length ?? 1) > 2)
    fail(
      'BadReplaceArgument',
      'The -ireplace operator allows only two elements to follow it, not more.',
      'InvalidOperation',
    )
  const regex = compiled(pattern, caseSensitive)
  const replacement = text(by)
  const one = (v: PsValue): string => replaceAll(text(v), regex, replacement)
  const items = itemsOf(left)
  return items === undefined ? one(left) : items.map(one)
}

/** `-split`, binary or unary (no `right`). */
export function split(left: PsValue, right: PsValue | undefined, caseSensitive: boolean): PsValue {
  const sources = (itemsOf(left) ?? [left]).map(text)
  if (right === undefined)
    return typedArray(
      'System.String',
      sources.flatMap((s) =>
        s
          .trim()
          .split(/\s+/)
          .filter((p) => p !== '' || s.trim() === ''),
      ),
    )
  const [pattern = null, max = null, options = null] = itemsOf(right) ?? [right]
  let literal = false
  for (const o of isNull(options) ? [] : text(options).split(',')) {
    const name = o.trim().toLowerCase()
    if (name === 'simplematch') literal = true
    else if (name !== 'regexmatch' && name !== '') throw new Refused(`the split option ${o}`)
  }
  const limit = isNull(max) ? 0 : Number(casting(() => toNumber(max, 'Int32')).value)
  if (limit < 0) throw new Refused('-split from the right')
  const source = text(pattern)
  const regex = toRegex(literal ? source.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : source, caseSensitive)
  return typedArray(
    'System.String',
    sources.flatMap((s) => splitOne(s, regex, limit)),
  )
}

function splitOne(source: string, regex: RegExp, limit: number): string[] {
  const out: string[] = []
  let from = 0
  regex.lastIndex = 0
  for (
    let m = regex.exec(source);
    m !== null && (limit === 0 || out.length < limit - 1);
    m = regex.exec(source)
  ) {
    out.push(source.slice(from, m.index))
    for (const group of m.slice(1)) if (group !== undefined) out.push(group)
    from = m.index + m[0].length
    if (m[0] === '') regex.lastIndex++
  }
  out.push(source.slice(from))
  return out
}
