import { Refused } from './errors.ts'
import {
  NOTHING,
  PsBlock,
  PsBuilder,
  PsComputed,
  PsDate,
  PsDictionary,
  PsErrorRecord,
  PsException,
  PsList,
  PsNative,
  PsRegex,
  PsScalar,
  PsSwitch,
  PsTimeSpan,
  PsType,
  PsVersion,
  PsWarning,
} from './objects.ts'
import { dateText, spanText } from './dates.ts'
import { doubleText, shortestDouble, singleText } from './numbers.ts'
import { isCustom, typeOf } from './types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, PsOpaque, type PsValue } from './values.ts'

/** A number as text; `own` is its ToString(), else PowerShell's conversion, which writes fewer digits. */
function numberText(n: PsNumber, own = false): string {
  if (n.type === 'Double') return own ? shortestDouble(n.value as number) : doubleText(n.value as number)
  if (n.type === 'Single') return singleText(n.value as number, own)
  return String(n.value)
}

/** What PowerShell makes of a value where text is wanted: `"$x"`, `[string]$x`. */
export function text(v: PsValue): string {
  if (v === null || v === NOTHING) return ''
  if (Array.isArray(v)) return v.map(element).join(' ')
  if (v instanceof PsList) return v.items.map(element).join(' ')
  if (v instanceof PsType) return typeText(v.name)
  if (v instanceof PsNumber) return numberText(v)
  if (v instanceof PsObject && v.text === undefined && isCustom(v)) {
    const parts = [...v.properties].map(([name, value]) => {
      if (value instanceof PsComputed) throw new Refused('a computed member in text')
      return `${name}=${Array.isArray(value) ? 'System.Object[]' : inner(value)}`
    })
    return parts.length === 0 ? '' : `@{${parts.join('; ')}}`
  }
  return ownText(v)
}

/** An item of a list in text: a list inside shows its type only. */
export function element(v: PsValue): string {
  return Array.isArray(v) || v instanceof PsList ? typeOf(v) : text(v)
}

const ACCELERATED: { readonly [type: string]: string } = {
  'System.Int32': 'int',
  'System.Int64': 'long',
  'System.String': 'string',
  'System.Boolean': 'bool',
  'System.Char': 'char',
  'System.Byte': 'byte',
  'System.Double': 'double',
  'System.Decimal': 'decimal',
  'System.DateTime': 'datetime',
  'System.TimeSpan': 'timespan',
  'System.Version': 'version',
  'System.Guid': 'guid',
  'System.Collections.Hashtable': 'hashtable',
}
const UNSURE =
  /^System\.(U?Int16|UInt32|UInt64|Single|SByte|Object|Array|Uri|Type|Math|Convert)$|^System\.Management\.Automation\.|\[|`|^System\.(Xml|Net|Text\.Regular)/

function typeText(name: string): string {
  const short = ACCELERATED[name]
  if (short === undefined && UNSURE.test(name)) throw new Refused(`the type ${name} as text`)
  return short ?? name
}

function inner(v: PsValue): string {
  return v instanceof PsNumber ? numberText(v) : ownText(v)
}

/** A value's ToString(). */
export function ownText(v: PsValue): string {
  if (v === null) return ''
  if (typeof v === 'string') return v
  if (typeof v === 'boolean') return v ? 'True' : 'False'
  if (v instanceof PsNumber) return numberText(v, true)
  if (v instanceof PsChar) return v.char
  if (v instanceof PsEnum) return v.name
  if (v instanceof PsObject) return v.text ?? (isCustom(v) ? '' : (v.types[0] ?? ''))
  if (v instanceof PsType) return v.name
  if (v instanceof PsBlock) return v.block.text
  if (v instanceof PsDate) return dateText(v)
  if (v instanceof PsTimeSpan) return spanText(v.ticks)
  if (v instanceof PsVersion) return v.parts.join('.')
  if (v instanceof PsScalar || v instanceof PsBuilder) return v.text
  if (v instanceof PsRegex) return v.source
  if (v instanceof PsSwitch) return v.on ? 'True' : 'False'
  if (v instanceof PsErrorRecord) return v.details ?? v.exception.message
  if (v instanceof PsException) return `${v.type}: ${v.message}`
  if (v instanceof PsWarning) return v.message
  if (v instanceof PsNative) return v.text ?? v.type
  if (v instanceof PsDictionary || v instanceof PsList || v instanceof PsOpaque)
    return v === NOTHING ? '' : v.type
  return typeOf(v)
}
