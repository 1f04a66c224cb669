import { order } from '../compare.ts'
import { itemsOf } from '../convert.ts'
import { enumOf, enumParse, enumValue } from '../enums.ts'
import { Refused, refuse } from '../errors.ts'
import { int, num, overload as o, outside, str } from './arguments.ts'
import { same } from './lists.ts'
import { type StaticTables } from './static-parse.ts'
import { byte, int32, int64 } from '../numbers.ts'
import { NOTHING, PsType, typedArray } from '../objects.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsNumber, type PsValue } from '../values.ts'

/** Static methods of enums, arrays and bytes. */
export const enumStatics: StaticTables = {
  'System.Array': () => ({
    indexof: [o('object,object', (a, v) => int((itemsOf(a!) ?? []).findIndex((i) => same(i, v!))))],
    reverse: [o('object', (a) => (Array.isArray(a) ? (a.reverse(), NOTHING) : refuse('Reverse')))],
    sort: [
      o('object', (a) => {
        if (!Array.isArray(a) || new Set(a.map(typeOf)).size > 1) throw new Refused('Sort of these')
        a.sort((x: PsValue, y: PsValue) => order(x, y, true))
        return NOTHING
      }),
    ],
  }),
  'System.Enum': () => ({
    getnames: [o('object', (t) => typedArray('System.String', Object.keys(namesOf(t))))],
    getvalues: [o('object', (t) => Object.values(namesOf(t)).map((n) => enumValue(typeName(t), n) ?? null))],
    isdefined: [
      o('object,object', (t, v) =>
        v instanceof PsNumber
          ? Object.values(namesOf(t)).includes(Number(v.value))
          : Object.keys(namesOf(t)).includes(text(v!)),
      ),
    ],
    parse: [
      o('object,string', (t, s) => enumParse(typeName(t), str(s)) ?? refuse('Enum.Parse')),
      o('object,string,bool', (t, s) => enumParse(typeName(t), str(s)) ?? refuse('Enum.Parse')),
    ],
    getname: [
      o('object,object', (t, v) =>
        v instanceof PsNumber
          ? (enumValue(typeName(t), Number(v.value))?.name ?? null)
          : refuse('Enum.GetName'),
      ),
    ],
  }),
  'System.BitConverter': () => ({
    tostring: [
      o('byte[]', (b) =>
        (b as readonly PsValue[]).map((x) => num(x).toString(16).toUpperCase().padStart(2, '0')).join('-'),
      ),
    ],
    getbytes: [
      o('int', (n) => littleEndian(BigInt(num(n)), 4)),
      o('long', (n) => littleEndian((n as PsNumber).value as bigint, 8)),
    ],
    toint32: [o('byte[],int', (b, at) => int32(fromLittle(b, num(at), 4)))],
    toint64: [o('byte[],int', (b, at) => int64(fromLittle(b, num(at), 8)))],
  }),
}

const typeName = (t: PsValue | undefined): string => (t instanceof PsType ? t.name : refuse('this type'))

const namesOf = (t: PsValue | undefined): { readonly [name: string]: number } =>
  enumOf(typeName(t)) ?? refuse(`the names of [${typeName(t)}]`)

function littleEndian(n: bigint, size: number): PsValue {
  return typedArray(
    'System.Byte',
    Array.from({ length: size }, (_, i) => byte(Number(BigInt.asUintN(8, n >> BigInt(8 * i))))),
  )
}

function fromLittle(b: PsValue | undefined, at: number, size: number): bigint {
  const items = itemsOf(b ?? null) ?? []
  if (at + size > items.length) throw outside()
  return BigInt.asIntN(
    size * 8,
    items.slice(at, at + size).reduce<bigint>((n, x, i) => n | (BigInt(num(x)) << BigInt(8 * i)), 0n),
  )
}
