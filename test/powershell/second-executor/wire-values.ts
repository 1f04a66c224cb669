import type { StaticType } from '../../../lib/powershell/index.ts'
import {
  PsDate,
  PsDictionary,
  PsList,
  PsNative,
  PsScalar,
  PsSwitch,
  PsTimeSpan,
  PsType,
  PsVersion,
  elementType,
  isNull,
  typedArray,
} from '../../../lib/powershell/objects.ts'
import {
  type NumberType,
  PsChar,
  PsEnum,
  PsNumber,
  PsObject,
  type PsValue,
} from '../../../lib/powershell/values.ts'
import { setEntry } from '../../../lib/powershell/index.ts'
import { chainOf } from './classes.ts'

/** A value between the real engine and the simulation. Plain JSON for null, booleans and text; else an object whose `k` says what it is. */
export type WireValue = null | boolean | string | { readonly k: string; readonly [part: string]: unknown }

const custom = 'System.Management.Automation.PSCustomObject'

/** The objects that one script was given, by number: what it hands back is the very same object. */
export class Handed {
  readonly #byNumber: PsObject[] = []
  readonly #numbers = new Map<PsObject, number>()

  numberOf(object: PsObject): number {
    const known = this.#numbers.get(object)
    if (known !== undefined) return known
    const number = this.#byNumber.push(object)
    this.#numbers.set(object, number)
    return number
  }

  object(number: number): PsObject {
    const object = this.#byNumber[number - 1]
    if (object === undefined) throw new Error(`Internal error: no object was handed out as ${number}`)
    return object
  }
}

/** To the engine. Objects of classes go by number and are asked for their properties. */
export function toWire(value: PsValue, handed: Handed): WireValue {
  const inner = (v: PsValue): WireValue => toWire(v, handed)
  if (isNull(value)) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (value instanceof PsNumber) return { k: 'number', t: value.type, v: String(value.value) }
  if (value instanceof PsChar) return { k: 'char', v: value.char }
  if (value instanceof PsEnum) return { k: 'enum', t: value.type, v: value.name, i: value.number }
  if (value instanceof PsSwitch) return value.on
  if (value instanceof PsDate) return { k: 'date', v: String(value.ticks), t: value.kind }
  if (value instanceof PsTimeSpan) return { k: 'span', v: String(value.ticks) }
  if (value instanceof PsVersion) return { k: 'cast', t: 'System.Version', v: value.parts.join('.') }
  if (value instanceof PsScalar) return { k: 'cast', t: value.type, v: value.text }
  if (value instanceof PsList) return { k: 'list', i: value.items.map(inner) }
  if (value instanceof PsDictionary)
    return {
      k: 'table',
      ordered: value.ordered,
      i: [...value.entries.values()].map((pair) => pair.map(inner)),
    }
  if (value instanceof PsObject) {
    if (value.types[0] === custom)
      return { k: 'custom', i: [...value.properties].map(([name, v]) => [name, inner(v)]) }
    return {
      k: 'object',
      id: handed.numberOf(value),
      types: value.types,
      chain: chainOf(value.types),
      names: [...value.properties.keys()],
      text: value.text ?? value.types[0] ?? '',
    }
  }
  if (Array.isArray(value)) return { k: 'array', t: elementType(value), i: value.map(inner) }
  throw new Error(`Internal error: a value that the real engine is not given: ${value.constructor.name}`)
}

type Part = { readonly [part: string]: unknown }

/** From the engine. */
export function fromWire(
  wire: WireValue,
  handed: Handed,
  type: (name: string) => StaticType | undefined,
): PsValue {
  if (wire === null || typeof wire === 'boolean' || typeof wire === 'string') return wire
  const part: Part = wire
  const text = (name: string): string => String(part[name])
  const items = (): readonly PsValue[] =>
    (part['i'] as readonly WireValue[]).map((v) => fromWire(v, handed, type))
  const pairs = (): readonly (readonly [PsValue, PsValue])[] =>
    (part['i'] as readonly (readonly [WireValue, WireValue])[]).map(
      ([key, v]) => [fromWire(key, handed, type), fromWire(v, handed, type)] as const,
    )
  switch (wire.k) {
    case 'number':
      return number(text('t') as NumberType, text('v'))
    case 'char':
      return new PsChar(text('v'))
    case 'enum':
      return new PsEnum(text('t'), text('v'), Number(part['i']))
    case 'date':
      return new PsDate(BigInt(text('v')), text('t') as PsDate['kind'])
    case 'span':
      return new PsTimeSpan(BigInt(text('v')))
    case 'version':
      return new PsVersion(text('v').split('.').map(Number))
    case 'scalar':
      return new PsScalar(text('t'), text('v'))
    case 'type':
      return new PsType(text('v'))
    case 'array':
      return typedArray(text('t'), items())
    case 'list':
      return new PsList(text('t'), [...items()])
    case 'table': {
      const table = new PsDictionary(text('t'))
      for (const [key, v] of pairs()) setEntry(table, key, v)
      return table
    }
    case 'custom':
      return new PsObject([custom], new Map(pairs().map(([name, v]) => [String(name), v])))
    case 'object':
      return handed.object(Number(part['id']))
    case 'encoding':
      return encoding(text('t'), part['mark'] === true, type)
    default:
      throw new Error(`Internal error: the real engine sent a value of kind ${wire.k}`)
  }
}

const number = (type: NumberType, text: string): PsNumber =>
  new PsNumber(
    type,
    type === 'Decimal' ? text : type === 'Single' || type === 'Double' ? Number(text) : BigInt(text),
  )

function encoding(name: string, mark: boolean, type: (name: string) => StaticType | undefined): PsValue {
  const plain = name.replace(/\+.*$/, '').replace('UTF8EncodingSealed', 'UTF8Encoding')
  const made = type(plain)?.construct?.(...(plain.endsWith('UnicodeEncoding') ? [false, mark] : [mark]))
  if (!(made instanceof PsNative)) throw new Error(`Internal error: the simulation has no encoding ${name}`)
  return made
}
