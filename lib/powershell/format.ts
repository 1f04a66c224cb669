import { formatDate, spanText } from './dates.ts'
import { Native, PsThrow, Refused, record } from './errors.ts'
import { exact, exactText, type Exact } from './numbers.ts'
import { PsDate, PsScalar, PsTimeSpan, isNull } from './objects.ts'
import { ownText } from './text.ts'
import { PsEnum, PsNumber, type PsValue } from './values.ts'

function round(n: Exact, places: number): Exact {
  if (n.scale <= places) return { digits: n.digits * 10n ** BigInt(places - n.scale), scale: places }
  const unit = 10n ** BigInt(n.scale - places)
  const negative = n.digits < 0n
  const size = negative ? -n.digits : n.digits
  const rounded = (size + unit / 2n) / unit
  return { digits: negative ? -rounded : rounded, scale: places }
}

function exactOf(n: PsNumber): Exact {
  if (typeof n.value === 'bigint') return { digits: n.value, scale: 0 }
  if (typeof n.value === 'string') return exact(n.value)
  if (!Number.isFinite(n.value)) throw new Refused('the format of a number that is not finite')
  return exact(String(n.value))
}

const grouped = (whole: string): string => whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** A number by a .NET format in the invariant culture. */
export function formatNumber(n: PsNumber, format: string): string {
  if (format === '') return ownText(n)
  const standard = /^([A-Za-z])(\d*)$/.exec(format)
  if (standard === null) return custom(n, format)
  const code = standard[1]!
  const places = standard[2] === '' ? undefined : Number(standard[2])
  switch (code.toUpperCase()) {
    case 'D': {
      if (typeof n.value !== 'bigint')
        throw new Native('System.FormatException', 'Format specifier was invalid.')
      const digits = (n.value < 0n ? -n.value : n.value).toString().padStart(places ?? 1, '0')
      return n.value < 0n ? `-${digits}` : digits
    }
    case 'X': {
      if (typeof n.value !== 'bigint')
        throw new Native('System.FormatException', 'Format specifier was invalid.')
      const width = n.type.endsWith('64') ? 64 : n.type === 'Byte' ? 8 : n.type.endsWith('16') ? 16 : 32
      const hex = BigInt.asUintN(width, n.value)
        .toString(16)
        .padStart(places ?? 1, '0')
      return code === 'X' ? hex.toUpperCase() : hex
    }
    case 'N':
    case 'F': {
      const t = exactText(round(exactOf(n), places ?? 2))
      if (code.toUpperCase() === 'F') return zeroSign(t)
      const [whole = '', fraction] = t.replace('-', '').split('.')
      return zeroSign(
        `${t.startsWith('-') ? '-' : ''}${grouped(whole)}${fraction === undefined ? '' : `.${fraction}`}`,
      )
    }
    case 'P':
      throw new Refused('the percent format')
    case 'G':
      if (places === undefined || places === 0) return ownText(n)
      throw new Refused(`the format ${format}`)
    case 'R':
      return ownText(n)
    default:
      throw new Refused(`the number format ${format}`)
  }
}

const zeroSign = (t: string): string => (/^-[0.,]*$/.test(t) ? t.slice(1) : t)

function custom(n: PsNumber, format: string): string {
  const m = /^((?:[^0#.,;%'"\\E]|\\.|'[^']*')*)([0#,]*)(?:\.([0#]*))?((?:[^0#.,;%'"\\E]|\\.|'[^']*')*)$/.exec(
    format,
  )
  if (m === null || (m[2] === '' && m[3] === undefined)) throw new Refused(`the number format ${format}`)
  const literal = (s: string): string =>
    s.replace(/\\(.)|'([^']*)'/g, (_a, c?: string, q?: string) => c ?? q ?? '')
  const wholePart = m[2]!
  const fractionPart = m[3] ?? ''
  const t = exactText(round(exactOf(n), fractionPart.length))
  const [whole = '', fraction = ''] = t.replace('-', '').split('.')
  const least = wholePart.replace(/,/g, '').replace(/^#+/, '').length
  let w = whole.replace(/^0+/, '').padStart(least, '0')
  if (/[0#],+[0#]/.test(wholePart)) w = grouped(w)
  else if (wholePart.includes(',')) throw new Refused(`the number format ${format}`)
  let f = fraction
  const keep = fractionPart.lastIndexOf('0') + 1
  while (f.length > keep && f.endsWith('0')) f = f.slice(0, -1)
  const body = `${w}${f === '' ? '' : `.${f}`}`
  const negative = t.startsWith('-') && /[1-9]/.test(t)
  return `${negative ? '-' : ''}${literal(m[1]!)}${body}${literal(m[4]!)}`
}

function one(v: PsValue, code: string): string {
  if (isNull(v)) return ''
  if (code === '') return Array.isArray(v) ? 'System.Object[]' : ownText(v)
  if (v instanceof PsNumber) return formatNumber(v, code)
  if (v instanceof PsDate) return formatDate(v, code)
  if (v instanceof PsTimeSpan) {
    if (code === 'c') return spanText(v.ticks)
    throw new Refused('the format of a time span')
  }
  if (v instanceof PsEnum)
    return code.toLowerCase() === 'd'
      ? String(v.number)
      : code.toLowerCase() === 'x'
        ? v.number.toString(16).toUpperCase().padStart(8, '0')
        : v.name
  if (v instanceof PsScalar && v.type === 'System.Guid') return formatGuid(v.text, code)
  return ownText(v)
}

/** A GUID in one of its forms. */
export function formatGuid(text: string, format: string): string {
  switch (format.toUpperCase()) {
    case 'N':
      return text.replaceAll('-', '')
    case 'D':
      return text
    case 'B':
      return `{${text}}`
    case 'P':
      return `(${text})`
    default:
      throw new Refused(`the format ${format} of a GUID`)
  }
}

function invalid(message: string): never {
  throw new PsThrow(
    record(
      'FormatError',
      `Error formatting a string: ${message}.`,
      'InvalidOperation',
      undefined,
      null,
      new Native('System.FormatException', message).exception,
    ),
  )
}

/** `-f` */
export function format(pattern: string, args: readonly PsValue[]): string {
  let out = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!
    if (c === '{' && pattern[i + 1] === '{') {
      out += '{'
      i++
    } else if (c === '}' && pattern[i + 1] === '}') {
      out += '}'
      i++
    } else if (c === '{') {
      const end = pattern.indexOf('}', i)
      const m =
        end < 0 ? null : /^(\d+)\s*(?:,\s*(-?\d+)\s*)?(?::([\s\S]*))?$/.exec(pattern.slice(i + 1, end))
      if (m === null) invalid('Input string was not in a correct format.')
      const index = Number(m[1])
      if (index >= args.length)
        invalid(
          'Index (zero based) must be greater than or equal to zero and less than the size of the argument list.',
        )
      let shown: string
      try {
        shown = one(args[index]!, m[3] ?? '')
      } catch (e) {
        if (e instanceof Native) invalid(e.exception.message)
        throw e
      }
      const width = Number(m[2] ?? 0)
      out += width < 0 ? shown.padEnd(-width) : shown.padStart(width)
      i = end
    } else if (c === '}') invalid('Input string was not in a correct format.')
    else out += c
  }
  return out
}
