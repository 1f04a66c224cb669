import type { Failure } from '../../domain/failure.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import { table } from './table.ts'
import { paragraph } from './text.ts'

/** A thing that no longer looks as a plan rests on. */
export type Changed = Pick<Extract<Failure, { kind: 'changed' }>, 'host' | 'resource' | 'planned' | 'now'>

type Line = { readonly property: string; readonly planned: string; readonly now: string }

/** What a failed guard found: everything on the host that changed. */
export const changedTexts = (
  failure: Extract<Failure, { kind: 'changed' }>,
  width: number | undefined,
): readonly string[] =>
  [failure, ...(failure.also ?? [])].map(({ resource, planned, now }) =>
    changedText({ host: failure.host, resource, planned, now }, width),
  )

/** What it looks like now beside what was planned on, property by property; only what differs. */
export function changedText({ host, resource, planned, now }: Changed, width: number | undefined): string {
  const heading = paragraph(
    `${host}: ${resource} no longer looks as it did when the plan was made`,
    width,
    '  ',
  )
  if (planned === null || now === null) {
    const lines = [...leavesOf('', planned ?? now ?? {})]
    const word = planned === null ? 'is there now' : 'is gone'
    const rows = lines.map(([property, value]) => ({ property, planned: value, now: value }))
    const columns = [
      { title: 'property', cell: (line: Line) => line.property },
      { title: planned === null ? 'now' : 'planned on', cell: (line: Line) => line.now, wrapTo: 16 },
    ]
    return [`${heading}; it ${word}`, indented(table(columns, rows, inside(width)))].join('\n')
  }
  const columns = [
    { title: 'property', cell: (line: Line) => line.property },
    { title: 'planned on', cell: (line: Line) => line.planned, wrapTo: 12 },
    { title: 'now', cell: (line: Line) => line.now, wrapTo: 12 },
  ]
  return [heading, indented(table(columns, differences(planned, now), inside(width)))].join('\n')
}

const margin = '    '
const inside = (width: number | undefined): number | undefined =>
  width === undefined ? undefined : Math.max(20, width - margin.length)
const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `${margin}${line}`)
    .join('\n')

/** Properties that differ, nested ones by their path; in the order of what was planned on. */
export function differences(planned: JsonObject, now: JsonObject): readonly Line[] {
  const before = leavesOf('', planned)
  const after = leavesOf('', now)
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((property) => {
    const was = before.get(property)
    const is = after.get(property)
    return was === is ? [] : [{ property, planned: was ?? '(none)', now: is ?? '(none)' }]
  })
}

/** Every value that is not made of others, by its path; a sealed one in words that differ where it does. */
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
