import { compareNumbers, order } from '../compare.ts'
import { spanText } from '../dates.ts'
import { Refused, refuse } from '../errors.ts'
import { format, formatGuid, formatNumber } from '../format.ts'
import { type Methods, int, num, overload as o, str } from './arguments.ts'
import { base, exceptionProperty, recordProperty } from './exceptions.ts'
import { same } from './lists.ts'
import { regexMethods } from './matches.ts'
import { dateMethods, dateProperty, spanFormat, spanProperty } from './times.ts'
import { byte, int32 } from '../numbers.ts'
import {
  PsBuilder,
  PsDate,
  PsErrorRecord,
  PsException,
  PsRegex,
  PsScalar,
  PsSwitch,
  PsTimeSpan,
  PsType,
  PsVersion,
  typedArray,
} from '../objects.ts'
import { ownText, text } from '../text.ts'
import { shortName } from '../types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type PsValue } from '../values.ts'

/** The methods of numbers, characters, dates and other small values; undefined when there are none of its own. */
export function scalarMethods(v: PsValue): Methods {
  const common: Methods = {
    tostring: [o('', () => ownText(v))],
    equals: [o('object', (x) => same(v, x!) || v === x)],
  }
  if (v instanceof PsNumber)
    return {
      ...common,
      tostring: [
        o('', () => ownText(v)),
        o('string', (f) => formatNumber(v, str(f))),
        o('System.Globalization.CultureInfo', () => ownText(v)),
        o('string,object', (f) => formatNumber(v, str(f))),
      ],
      compareto: [
        o('object', (x) => (x instanceof PsNumber ? int(compareNumbers(v, x)) : refuse('CompareTo'))),
      ],
    }
  if (v instanceof PsEnum)
    return {
      ...common,
      hasflag: [o('object', (x) => x instanceof PsEnum && (v.number & x.number) === x.number)],
      compareto: [
        o('object', (x) => (x instanceof PsEnum ? int(Math.sign(v.number - x.number)) : refuse('CompareTo'))),
      ],
      tostring: [
        o('', () => v.name),
        o('string', (f) =>
          str(f).toLowerCase() === 'd'
            ? String(v.number)
            : str(f).toLowerCase() === 'g'
              ? v.name
              : refuse('the format of an enum'),
        ),
      ],
    }
  if (v instanceof PsChar)
    return {
      ...common,
      compareto: [
        o('object', (x) =>
          x instanceof PsChar ? int(v.char.charCodeAt(0) - x.char.charCodeAt(0)) : refuse('CompareTo'),
        ),
      ],
    }
  if (v instanceof PsDate) return { ...common, ...dateMethods(v) }
  if (v instanceof PsTimeSpan)
    return {
      ...common,
      tostring: [o('', () => spanText(v.ticks)), o('string', (f) => spanFormat(v, str(f)))],
      add: [o('System.TimeSpan', (x) => new PsTimeSpan(v.ticks + (x as PsTimeSpan).ticks))],
      subtract: [o('System.TimeSpan', (x) => new PsTimeSpan(v.ticks - (x as PsTimeSpan).ticks))],
      negate: [o('', () => new PsTimeSpan(-v.ticks))],
      duration: [o('', () => new PsTimeSpan(v.ticks < 0n ? -v.ticks : v.ticks))],
      compareto: [o('object', (x) => int(order(v, x!)))],
    }
  if (v instanceof PsVersion)
    return {
      ...common,
      compareto: [o('object', (x) => int(Math.sign(order(v, x!))))],
      tostring: [o('', () => text(v)), o('int', (n) => v.parts.slice(0, num(n)).join('.'))],
    }
  if (v instanceof PsScalar)
    return {
      ...common,
      ...(v.type === 'System.Net.IPAddress'
        ? {
            getaddressbytes: [
              o('', () =>
                typedArray(
                  'System.Byte',
                  v.text.split('.').map((p) => byte(Number(p))),
                ),
              ),
            ],
          }
        : guidMethods(v)),
    }
  if (v instanceof PsRegex) return { ...common, ...regexMethods(v.regex) }
  if (v instanceof PsBuilder) return { ...common, ...builderMethods(v) }
  if (v instanceof PsSwitch) return { ...common, tobool: [o('', () => v.on)] }
  if (v instanceof PsException)
    return { ...common, getbaseexception: [o('', () => base(v))], gettype: [o('', () => new PsType(v.type))] }
  if (v instanceof PsErrorRecord) return common
  if (v instanceof PsObject && v.types[0] === 'System.Text.RegularExpressions.Match') return common
  if (typeof v === 'boolean')
    return { ...common, compareto: [o('object', (x) => int(Number(v) - Number(x)))] }
  return common
}

const guidMethods = (v: PsScalar): Methods => ({
  tostring: [o('', () => v.text), o('string', (f) => formatGuid(v.text, str(f)))],
})

function builderMethods(b: PsBuilder): Methods {
  const put = (s: string): PsValue => {
    b.text += s
    return b
  }
  return {
    append: [
      o('object', (v) => put(text(v ?? null))),
      o('char,int', (c, n) => put(text(c ?? null).repeat(num(n)))),
    ],
    appendline: [
      o('', () => put('\r\n')),
      o('string', () => refuse('AppendLine, which depends on the platform')),
    ],
    appendformat: [
      o('string,object', (f, a) => put(format(str(f), Array.isArray(a) ? a : [a ?? null]))),
      o('string,object,object', (f, a, c) => put(format(str(f), [a ?? null, c ?? null]))),
    ],
    insert: [
      o('int,string', (n, s) => ((b.text = b.text.slice(0, num(n)) + str(s) + b.text.slice(num(n))), b)),
    ],
    clear: [o('', () => ((b.text = ''), b))],
    replace: [o('string,string', (a, c) => ((b.text = b.text.split(str(a)).join(str(c))), b))],
    remove: [o('int,int', (n, m) => ((b.text = b.text.slice(0, num(n)) + b.text.slice(num(n) + num(m))), b))],
    tostring: [o('', () => b.text)],
  }
}

/** A property of a small value; undefined when it has none of the name. */
export function scalarProperty(v: PsValue, name: string): PsValue | undefined {
  if (v instanceof PsDate) return dateProperty(v, name)
  if (v instanceof PsTimeSpan) return spanProperty(v, name)
  if (v instanceof PsVersion) {
    const at = ['major', 'minor', 'build', 'revision'].indexOf(name)
    return at < 0 ? undefined : int32(v.parts[at] ?? -1)
  }
  if (v instanceof PsType) return typeProperty(v, name)
  if (v instanceof PsException) return exceptionProperty(v, name)
  if (v instanceof PsErrorRecord) return recordProperty(v, name)
  if (v instanceof PsSwitch) return name === 'ispresent' ? v.on : undefined
  if (v instanceof PsBuilder) return name === 'length' ? int32(v.text.length) : undefined
  if (v instanceof PsEnum) return name === 'value__' ? int32(v.number) : undefined
  if (v instanceof PsRegex) return undefined
  return undefined
}

function typeProperty(t: PsType, name: string): PsValue | undefined {
  const array = t.name.endsWith('[]')
  switch (name) {
    case 'name':
      return shortName(t.name)
    case 'fullname':
      if (t.name.includes('`')) throw new Refused('the full name of a generic type')
      return t.name
    case 'namespace':
      return t.name.slice(0, t.name.lastIndexOf('.'))
    case 'isarray':
      return array
    case 'isenum':
    case 'isvaluetype':
    case 'basetype':
      throw new Refused(`${name} of a type`)
    default:
      return undefined
  }
}
