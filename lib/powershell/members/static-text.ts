import { compareText } from '../compare.ts'
import { itemsOf } from '../convert.ts'
import { format } from '../format.ts'
import { type Methods, int, overload as o, str } from './arguments.ts'
import { allMatches, matchObject } from './matches.ts'
import { type StaticTables, nullIsNull } from './static-parse.ts'
import { PsBlock, typedArray } from '../objects.ts'
import { escapeRegex, replaceAll, toRegex } from '../regex.ts'
import { text } from '../text.ts'
import { PsChar, PsEnum } from '../values.ts'

/** Static methods of text. */
export const textStatics: StaticTables = {
  'System.String': () => ({
    isnullorempty: [o('object', (s) => nullIsNull(s) === '')],
    isnullorwhitespace: [o('object', (s) => nullIsNull(s).trim() === '')],
    join: [o('string,object', (s, v) => (itemsOf(v!) ?? [v!]).map(text).join(nullIsNull(s)))],
    format: [1, 2, 3, 4].map((n) =>
      o(['string', ...Array.from({ length: n }, () => 'object')].join(','), (f, ...a) =>
        format(str(f), n === 1 && Array.isArray(a[0]) ? a[0] : a),
      ),
    ),
    concat: [2, 3, 4].map((n) =>
      o(Array.from({ length: n }, () => 'object').join(','), (...a) => a.map(nullIsNull).join('')),
    ),
    compare: [
      o('string,string', (a, b) => int(Math.sign(compareText(nullIsNull(a), nullIsNull(b), true)))),
      o('string,string,bool', (a, b, c) =>
        int(Math.sign(compareText(nullIsNull(a), nullIsNull(b), c !== true))),
      ),
    ],
    equals: [
      o('string,string', (a, b) => a === b),
      o('string,string,System.StringComparison', (a, b, c) =>
        c instanceof PsEnum && c.name.endsWith('IgnoreCase')
          ? nullIsNull(a).toUpperCase() === nullIsNull(b).toUpperCase()
          : a === b,
      ),
    ],
  }),
  'System.Text.RegularExpressions.Regex': (e) => ({
    escape: [o('string', (s) => escapeRegex(str(s)))],
    unescape: [
      o('string', (s) =>
        str(s)
          .replace(/\\([nrtf])/g, (_a, c: string) => ({ n: '\n', r: '\r', t: '\t', f: '\f' })[c] ?? c)
          .replace(/\\(.)/g, '$1'),
      ),
    ],
    ismatch: [o('string,string', (s, p) => first(str(s), str(p)) !== null)],
    match: [o('string,string', (s, p) => matchObject(first(str(s), str(p))))],
    matches: [
      o('string,string', (s, p) => allMatches(str(s), toRegex(str(p), true)).map((m) => matchObject(m))),
    ],
    replace: [
      o('string,string,object', (s, p, r) =>
        replaceAll(
          str(s),
          toRegex(str(p), true),
          r instanceof PsBlock ? (m) => text(e.call(r, { args: [matchObject(m)] })) : str(r),
        ),
      ),
    ],
    split: [
      o('string,string', (s, p) =>
        typedArray('System.String', str(s).split(new RegExp(toRegex(str(p), true).source, 'u'))),
      ),
    ],
  }),
  'System.Char': () => {
    const test = (pattern: RegExp): Methods[string] => [o('char', (c) => pattern.test(text(c!)))]
    return {
      isdigit: test(/\p{Nd}/u),
      isletter: test(/\p{L}/u),
      isletterordigit: test(/[\p{L}\p{Nd}]/u),
      iswhitespace: test(/\s/),
      isupper: test(/\p{Lu}/u),
      islower: test(/\p{Ll}/u),
      toupper: [o('char', (c) => new PsChar(text(c!).toUpperCase()))],
      tolower: [o('char', (c) => new PsChar(text(c!).toLowerCase()))],
    }
  },
  'System.IO.Path': () => ({
    getfilename: [o('string', (p) => str(p).replace(/^.*[\\/]/, ''))],
    getextension: [o('string', (p) => /\.[^.\\/]+$/.exec(str(p))?.[0] ?? '')],
    getfilenamewithoutextension: [
      o('string', (p) =>
        str(p)
          .replace(/^.*[\\/]/, '')
          .replace(/\.[^.]*$/, ''),
      ),
    ],
  }),
}

function first(s: string, pattern: string): RegExpExecArray | null {
  const regex = toRegex(pattern, true)
  regex.lastIndex = 0
  return regex.exec(s)
}
