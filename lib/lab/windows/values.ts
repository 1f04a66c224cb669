import { PsDate, PsList, PsScalar, PsSwitch, PsTimeSpan, typedArray } from '../../powershell/objects.ts'
import { type NumberType, PsEnum, PsNumber, PsObject, type PsValue } from '../../powershell/values.ts'

/** Makers and readers of the interpreter's values, for simulated cmdlets. */

const integer = (type: NumberType) => (value: number) => new PsNumber(type, BigInt(Math.trunc(value)))
export const int32 = integer('Int32')
export const int64 = integer('Int64')
export const uint16 = integer('UInt16')
export const uint32 = integer('UInt32')
export const uint64 = integer('UInt64')

export const guid = (text: string): PsScalar =>
  new PsScalar('System.Guid', text.replace(/[{}]/g, '').toLowerCase())
export const strings = (items: readonly string[]): readonly PsValue[] =>
  typedArray('System.String', [...items])
export const list = (type: string, items: readonly PsValue[]): PsList =>
  new PsList(`System.Collections.Generic.List\`1[${type}]`, [...items])

/** 100 ns ticks between year 1 and 1970. */
const epochTicks = 621_355_968_000_000_000n
/** A date from milliseconds since 1970; the lab's hosts keep UTC. */
export const date = (ms: number, kind: 'Utc' | 'Local' = 'Local'): PsDate =>
  new PsDate(epochTicks + BigInt(Math.round(ms)) * 10_000n, kind)
export const timeSpan = (ms: number): PsTimeSpan => new PsTimeSpan(BigInt(Math.round(ms)) * 10_000n)

export type Fields = { readonly [name: string]: PsValue }

/** An object of a documented class; `handle` is the thing of the world behind it. */
export const object = (types: readonly string[], fields: Fields, handle?: unknown, text?: string): PsObject =>
  new PsObject(types, new Map(Object.entries(fields)), text, handle)

/** Enum tables: name to number, as the cmdlets' classes define them. */
export type EnumTable = { readonly [name: string]: number }

export function enumOf(type: string, table: EnumTable, name: string): PsEnum {
  const number = table[name]
  if (number === undefined) throw new Error(`Internal error: ${type} has no value ${name}`)
  return new PsEnum(type, name, number)
}

/** Text of a bound value: a string, an enum's name, a GUID, a number. */
export function textOf(value: PsValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof PsNumber) return String(value.value)
  if (value instanceof PsEnum) return value.name
  if (value instanceof PsScalar) return value.text
  if (Array.isArray(value)) return value.map((v: PsValue) => textOf(v) ?? '').join(' ')
  if (value instanceof PsObject) return value.text ?? textOf(value.properties.get('Name'))
  return undefined
}

/** A bound number. */
export function numberOf(value: PsValue | undefined): number | undefined {
  if (value instanceof PsNumber) return Number(value.value)
  if (value instanceof PsEnum) return value.number
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value)
  return undefined
}

/** A bound switch or boolean. */
export function flagOf(value: PsValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value instanceof PsSwitch) return value.on
  if (value instanceof PsNumber) return Number(value.value) !== 0
  return undefined
}

/** A bound value as a list: an array's items, or the one value. */
export function itemsOf(value: PsValue | undefined): readonly PsValue[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value as readonly PsValue[]
  if (value instanceof PsList) return value.items
  return [value]
}

export const textsOf = (value: PsValue | undefined): readonly string[] =>
  itemsOf(value).flatMap((v) => textOf(v) ?? [])

/** The bytes of a byte array. */
export const bytesFrom = (value: PsValue | undefined): Uint8Array =>
  Uint8Array.from(itemsOf(value).map((v) => numberOf(v) ?? 0))
export const byteArray = (bytes: Uint8Array): readonly PsValue[] =>
  typedArray(
    'System.Byte',
    Array.from(bytes, (b) => new PsNumber('Byte', BigInt(b))),
  )
