import type { Json, JsonObject } from './json.ts'

/** One value of a thing that was seen twice: as text, `(none)` where it was not there. */
export type SeenDifference = { readonly property: string; readonly planned: string; readonly now: string }

/** Properties that differ, nested ones by their path; in the order of what was planned on. */
export function seenDifferences(planned: JsonObject, now: JsonObject): readonly SeenDifference[] {
  const before = seenValues(planned)
  const after = seenValues(now)
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((property) => {
    const was = before.get(property)
    const is = after.get(property)
    return was === is ? [] : [{ property, planned: was ?? '(none)', now: is ?? '(none)' }]
  })
}

/** Every value that is not made of others, by its path; a sealed one in words that differ where it does. */
export const seenValues = (seen: JsonObject): ReadonlyMap<string, string> => leavesOf('', seen)

function leavesOf(path: string, value: Json): ReadonlyMap<string, string> {
  if (value === null || typeof value !== 'object') return new Map([[path, written(value)]])
  const sealed = (value as JsonObject)['$secret']
  if (typeof sealed === 'string') return new Map([[path, `(sealed ${sealed.slice(0, 8)})`]])
  const entries = Object.entries(value as JsonObject)
  if (entries.length === 0) return new Map([[path, Array.isArray(value) ? '(empty)' : '{}']])
  return new Map(
    entries.flatMap(([name, item]) => [...leavesOf(path === '' ? name : `${path}.${name}`, item)]),
  )
}

const longest = 200

/** A text as it is, where that can't be taken for something else. */
function written(value: Exclude<Json, object>): string {
  const plain =
    typeof value === 'string' &&
    /^[^\s"()][^\r\n\t]*$/.test(value) &&
    !/^(true|false|null|-?\d+(\.\d+)?)$/.test(value)
  const text = plain ? value : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
