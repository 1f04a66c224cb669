import { type Methods, num, overload as o, str } from './arguments.ts'
import { int32 } from '../numbers.ts'
import { PsNative, typedArray } from '../objects.ts'
import { replaceAll } from '../regex.ts'
import { text } from '../text.ts'
import { PsNumber, PsObject, type PsValue } from '../values.ts'

/** A match as an object. */
export function matchObject(
  m: RegExpExecArray | null,
  name = 'System.Text.RegularExpressions.Match',
): PsObject {
  const group = (value: string | undefined, index: number): PsObject =>
    new PsObject(
      ['System.Text.RegularExpressions.Group'],
      new Map<string, PsValue>([
        ['Success', value !== undefined],
        ['Value', value ?? ''],
        ['Index', int32(value === undefined ? 0 : index)],
        ['Length', int32(value?.length ?? 0)],
      ]),
      value ?? '',
    )
  const spans = m === null ? undefined : (m as RegExpExecArray & { indices?: RegExpIndicesArray }).indices
  const groups =
    m === null
      ? [group(undefined, 0)]
      : Array.from({ length: m.length }, (_, i) => group(m[i], spans?.[i]?.[0] ?? 0))
  const byName = m?.groups ?? {}
  const collection = new PsNative(
    'System.Text.RegularExpressions.GroupCollection',
    { Count: () => int32(groups.length) },
    {
      get_Item: (key) => {
        if (key instanceof PsNumber) return groups[Number(key.value)] ?? group(undefined, 0)
        const id = text(key ?? null)
        return id in byName ? group(byName[id], spans?.groups?.[id]?.[0] ?? 0) : group(undefined, 0)
      },
      GetEnumerator: () => groups,
    },
  )
  return new PsObject(
    [name],
    new Map<string, PsValue>([
      ['Groups', collection],
      ['Success', m !== null],
      ['Value', m?.[0] ?? ''],
      ['Index', int32(m?.index ?? 0)],
      ['Length', int32(m?.[0].length ?? 0)],
    ]),
    m?.[0] ?? '',
  )
}

/** All matches. */
export function allMatches(input: string, regex: RegExp): RegExpExecArray[] {
  const out: RegExpExecArray[] = []
  regex.lastIndex = 0
  for (let m = regex.exec(input); m !== null; m = regex.exec(input)) {
    out.push(m)
    if (m[0] === '') regex.lastIndex++
  }
  return out
}

export function regexMethods(regex: RegExp): Methods {
  const first = (s: string): RegExpExecArray | null => {
    regex.lastIndex = 0
    return regex.exec(s)
  }
  return {
    ismatch: [o('string', (s) => first(str(s)) !== null)],
    match: [o('string', (s) => matchObject(first(str(s))))],
    matches: [o('string', (s) => allMatches(str(s), regex).map((m) => matchObject(m)))],
    replace: [
      o('string,string', (s, r) => replaceAll(str(s), regex, str(r))),
      o('string,string,int', (s, r, n) => replaceAll(str(s), regex, str(r), num(n))),
    ],
    split: [
      o('string', (s) =>
        typedArray(
          'System.String',
          str(s)
            .split(new RegExp(regex.source, regex.flags.replace('g', '')))
            .map((p) => p ?? ''),
        ),
      ),
    ],
  }
}
