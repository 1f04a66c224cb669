import { PsChar, type PsValue } from '../values.ts'
import { Refused } from '../errors.ts'
import { compareText } from '../compare.ts'
import { typedArray } from '../objects.ts'
import { text } from '../text.ts'
import { PsEnum } from '../values.ts'
import { type Methods, int, num, outside, overload as o, str } from './arguments.ts'

const chars = (v: PsValue | undefined): string[] =>
  (Array.isArray(v) ? v : [v ?? null]).map((c: PsValue) => (c instanceof PsChar ? c.char : text(c)))
const array = (items: readonly string[]): PsValue => typedArray('System.String', items)
const ignoring = (v: PsValue | undefined): boolean => v instanceof PsEnum && v.name.endsWith('IgnoreCase')
const COMPARISON = 'System.StringComparison'
const OPTIONS = 'System.StringSplitOptions'

function trim(s: string, set: readonly string[] | undefined, start: boolean, end: boolean): string {
  const drop = (c: string): boolean =>
    set === undefined || set.length === 0 ? /\s/.test(c) : set.includes(c)
  let from = 0
  let to = s.length
  while (start && from < to && drop(s[from]!)) from++
  while (end && to > from && drop(s[to - 1]!)) to--
  return s.slice(from, to)
}

function split(s: string, by: readonly string[], max: number, drop: boolean): PsValue {
  const out: string[] = []
  const set = by.length === 0 ? [' ', '\t', '\n', '\r'] : by
  let from = 0
  for (let i = 0; i < s.length && (max === 0 || out.length < max - 1);) {
    const hit = set.find((b) => b !== '' && s.startsWith(b, i))
    if (hit === undefined) {
      i++
      continue
    }
    const part = s.slice(from, i)
    if (!drop || part !== '') out.push(part)
    i += hit.length
    from = i
  }
  const last = s.slice(from)
  if (!drop || last !== '') out.push(last)
  return array(out)
}

const manyCharacters = (): never => {
  throw new Refused('Split by a text of several characters')
}

const width = (v: PsValue | undefined): number => {
  if (num(v) < 0) throw outside()
  return num(v)
}

const part = (s: string, from: number, length = s.length - from): string => {
  if (from < 0 || from > s.length || length < 0 || from + length > s.length) throw outside()
  return s.slice(from, from + length)
}

const fold = (s: string, ignore: boolean): string => (ignore ? s.toUpperCase() : s)
const upper = (s: string): string =>
  Array.from(s, (c) => (c.toUpperCase().length === c.length ? c.toUpperCase() : c)).join('')
const lower = (s: string): string =>
  Array.from(s, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join('')

/** The methods of a string. */
export function stringMethods(s: string): Methods {
  return {
    substring: [o('int', (a) => part(s, num(a))), o('int,int', (a, b) => part(s, num(a), num(b)))],
    toupper: [o('', () => upper(s))],
    tolower: [o('', () => lower(s))],
    toupperinvariant: [o('', () => upper(s))],
    tolowerinvariant: [o('', () => lower(s))],
    trim: [
      o('', () => trim(s, undefined, true, true)),
      o('char[]', (c) => trim(s, chars(c), true, true)),
      o('char', (c) => trim(s, chars(c), true, true)),
    ],
    trimstart: [
      o('', () => trim(s, undefined, true, false)),
      o('char[]', (c) => trim(s, chars(c), true, false)),
      o('char', (c) => trim(s, chars(c), true, false)),
    ],
    trimend: [
      o('', () => trim(s, undefined, false, true)),
      o('char[]', (c) => trim(s, chars(c), false, true)),
      o('char', (c) => trim(s, chars(c), false, true)),
    ],
    split: [
      o('', () => split(s, [], 0, false)),
      // a text of several characters: .NET Framework splits at each of them, later versions at the whole
      o('char[]', (c) => split(s, chars(c), 0, false)),
      o('string', (t) =>
        str(t).length > 1
          ? manyCharacters()
          : split(
              s,
              [str(t)].filter((x) => x !== ''),
              0,
              false,
            ),
      ),
      o('char[],int', (c, n) => split(s, chars(c), num(n), false)),
      o(`char[],${OPTIONS}`, (c, x) => split(s, chars(c), 0, x instanceof PsEnum && x.number === 1)),
      o(`string[],${OPTIONS}`, (c, x) => split(s, chars(c), 0, x instanceof PsEnum && x.number === 1)),
    ],
    replace: [
      o('string,string', (a, b) => {
        if (str(a) === '') throw new Refused('Replace of an empty text')
        return s.split(str(a)).join(text(b ?? null))
      }),
      o('char,char', (a, b) => s.split(text(a ?? null)).join(text(b ?? null))),
    ],
    contains: [o('string', (a) => s.includes(str(a)))],
    startswith: [
      o('string', (a) => s.startsWith(str(a))),
      o(`string,${COMPARISON}`, (a, c) => fold(s, ignoring(c)).startsWith(fold(str(a), ignoring(c)))),
    ],
    endswith: [
      o('string', (a) => s.endsWith(str(a))),
      o(`string,${COMPARISON}`, (a, c) => fold(s, ignoring(c)).endsWith(fold(str(a), ignoring(c)))),
    ],
    indexof: [
      o('string', (a) => int(s.indexOf(str(a)))),
      o('char', (a) => int(s.indexOf(text(a ?? null)))),
      o('string,int', (a, n) => int(num(n) > s.length ? -1 : s.indexOf(str(a), num(n)))),
      o('char,int', (a, n) => int(s.indexOf(text(a ?? null), num(n)))),
      o(`string,${COMPARISON}`, (a, c) => int(fold(s, ignoring(c)).indexOf(fold(str(a), ignoring(c))))),
    ],
    lastindexof: [
      o('string', (a) => int(s.lastIndexOf(str(a)))),
      o('char', (a) => int(s.lastIndexOf(text(a ?? null)))),
    ],
    indexofany: [
      o('char[]', (c) =>
        int(
          Math.min(
            ...chars(c)
              .map((x) => s.indexOf(x))
              .filter((i) => i >= 0),
            Infinity,
          ) === Infinity
            ? -1
            : Math.min(
                ...chars(c)
                  .map((x) => s.indexOf(x))
                  .filter((i) => i >= 0),
              ),
        ),
      ),
    ],
    insert: [
      o('int,string', (n, a) => {
        if (num(n) < 0 || num(n) > s.length) throw outside()
        return s.slice(0, num(n)) + str(a) + s.slice(num(n))
      }),
    ],
    remove: [
      o('int', (n) => (num(n) >= 0 && num(n) < s.length ? s.slice(0, num(n)) : part(s, -1))),
      o('int,int', (n, m) => (part(s, num(n), num(m)), s.slice(0, num(n)) + s.slice(num(n) + num(m)))),
    ],
    padleft: [
      o('int', (n) => s.padStart(width(n))),
      o('int,char', (n, c) => s.padStart(width(n), text(c ?? null))),
    ],
    padright: [
      o('int', (n) => s.padEnd(width(n))),
      o('int,char', (n, c) => s.padEnd(width(n), text(c ?? null))),
    ],
    tochararray: [
      o('', () =>
        typedArray(
          'System.Char',
          Array.from({ length: s.length }, (_, i) => new PsChar(s[i]!)),
        ),
      ),
    ],
    chars: [o('int', (n) => new PsChar(part(s, num(n), 1)))],
    equals: [
      o('string', (a) => s === a),
      o('object', (a) => s === a),
      o(`string,${COMPARISON}`, (a, c) => fold(s, ignoring(c)) === fold(str(a), ignoring(c))),
    ],
    compareto: [
      o('string', (a) => int(Math.sign(compareText(s, str(a), true)))),
      o('object', (a) => int(Math.sign(compareText(s, str(a), true)))),
    ],
    tostring: [o('', () => s)],
    getenumerator: [o('', () => Array.from({ length: s.length }, (_, i) => new PsChar(s[i]!)))],
    clone: [o('', () => s)],
  }
}
