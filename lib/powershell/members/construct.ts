import { casting } from '../arithmetic.ts'
import { convert, itemsOf } from '../convert.ts'
import { toNumber } from '../convert-numbers.ts'
import { dateOf } from '../dates.ts'
import { Native, Refused } from '../errors.ts'
import { callOverload, native, num } from './arguments.ts'
import { encodingOf, keyedHash } from './encodings.ts'
import { same } from './lists.ts'
import { convertNative } from './static-parse.ts'
import {
  PsBuilder,
  PsDate,
  PsDictionary,
  PsException,
  PsList,
  PsNative,
  PsRegex,
  PsTimeSpan,
  PsVersion,
} from '../objects.ts'
import { toRegex } from '../regex.ts'
import { type Engine } from '../run/engine.ts'
import { text } from '../text.ts'
import { isException } from '../types.ts'
import { PsChar, PsNumber, PsObject, type PsValue } from '../values.ts'

/** `[type]::new(…)` and New-Object. */
export function construct(e: Engine, type: string, args: readonly PsValue[]): PsValue {
  const one = args[0] ?? null
  const hosted = e.host.type(type)?.construct
  if (hosted !== undefined) return native('.ctor', args.length, () => hosted(...args))
  if (isException(type)) {
    if (args.length === 0) return new PsException(type, `Exception of type '${type}' was thrown.`)
    if (args.length === 1 && typeof one === 'string') {
      if (/Argument(Null|OutOfRange)Exception$/.test(type)) throw new Refused(`new ${type}`)
      if (type.endsWith('Win32Exception')) throw new Refused(`new ${type}`)
      return new PsException(type, text(one))
    }
    if (args.length === 2 && typeof one === 'string' && args[1] instanceof PsException)
      return new PsException(type, one, args[1])
    throw new Refused(`new ${type} with these arguments`)
  }
  if (
    /^System\.Collections\.(ArrayList|Queue|Stack)$/.test(type) ||
    /^System\.Collections\.Generic\.(List|Queue|Stack|HashSet)`1/.test(type)
  ) {
    const list = new PsList(type, [])
    const from = args.length === 1 ? itemsOf(one) : undefined
    const element = type.includes('[') ? type.slice(type.indexOf('[') + 1, -1) : 'System.Object'
    if (from !== undefined) {
      const items = from.map((i) => casting(() => convert(i, element)))
      for (const i of items)
        if (!/HashSet/.test(type) || !list.items.some((x) => same(x, i))) list.items.push(i)
      if (/Stack/.test(type)) list.items.reverse()
    } else if (args.length > 1 || (args.length === 1 && !(one instanceof PsNumber)))
      throw new Refused(`new ${type} with these arguments`)
    return list
  }
  if (/^System\.Collections\.(Hashtable|Specialized\.OrderedDictionary)$/.test(type) && args.length === 0)
    return new PsDictionary(type)
  if (type.startsWith('System.Collections.Generic.Dictionary`2') && args.length === 0)
    return new PsDictionary(type)
  const builder = new PsBuilder()
  switch (type) {
    case 'System.Text.StringBuilder':
      if (args.length === 1 && typeof one === 'string') builder.text = one
      else if (args.length > 0 && !(one instanceof PsNumber))
        throw new Refused('new StringBuilder with these arguments')
      return builder
    case 'System.Text.UTF8Encoding':
      return encodingOf('utf8')
    case 'System.Security.Cryptography.HMACSHA256':
      if (args.length === 1) return keyedHash('sha256', one)
      break
    case 'System.Management.Automation.PSObject':
      return args.length === 0
        ? new PsObject(['System.Management.Automation.PSCustomObject'], new Map())
        : one
    case 'System.Object':
      return new PsObject(['System.Object'], new Map())
    case 'System.Text.RegularExpressions.Regex':
      if (args.length === 1) return new PsRegex(text(one), toRegex(text(one), true))
      throw new Refused('new Regex with options')
    case 'System.Version':
      if (args.length === 1 && typeof one === 'string')
        return native('.ctor', 1, () => convertNative(one, type))
      if (args.length >= 2 && args.length <= 4)
        return new PsVersion(args.map((a) => num(casting(() => toNumber(a, 'Int32')))))
      return callOverload('Version', [], args)
    case 'System.Guid':
      if (args.length === 1 && typeof one === 'string')
        return native('.ctor', 1, () => convertNative(one, type))
      break
    case 'System.DateTime': {
      const n = args.map((a) => num(casting(() => toNumber(a, 'Int64'))))
      if (n.length === 1) return new PsDate(BigInt(n[0]!))
      if (n.length === 3 || n.length === 6) {
        const d = dateOf(n[0]!, n[1]!, n[2]!, n[3], n[4], n[5])
        if (d === undefined)
          return native('.ctor', n.length, () => {
            throw new Native(
              'System.ArgumentOutOfRangeException',
              'Year, Month, and Day parameters describe an un-representable DateTime.',
            )
          })
        return d
      }
      break
    }
    case 'System.TimeSpan': {
      const n = args.map((a) => num(casting(() => toNumber(a, 'Int64'))))
      if (n.length === 1) return new PsTimeSpan(BigInt(n[0]!))
      if (n.length === 3 || n.length === 4) {
        const [d, h, m, s] = n.length === 3 ? [0, ...n] : n
        return new PsTimeSpan(BigInt(((d! * 24 + h!) * 60 + m!) * 60 + s!) * 10000000n)
      }
      break
    }
    case 'System.String':
      if (args.length === 2 && one instanceof PsChar) return one.char.repeat(num(args[1]))
      break
    case 'System.Management.Automation.PSNoteProperty':
      if (args.length === 2) return new PsNative(type, { Name: () => one, Value: () => args[1] ?? null })
      break
    case 'System.Management.Automation.ErrorDetails':
      if (args.length === 1) return new PsNative(type, { Message: () => one }, {}, text(one))
      break
  }
  throw new Refused(`new ${type}`)
}
