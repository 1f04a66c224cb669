import type { Failure } from '../../domain/failure.ts'
import { type SeenDifference, seenDifferences, seenValues } from '../../domain/seen-differences.ts'
import { table } from './table.ts'
import { paragraph } from './text.ts'

/** A thing that no longer looks as a plan rests on. */
export type Changed = Pick<Extract<Failure, { kind: 'changed' }>, 'host' | 'resource' | 'planned' | 'now'>

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
    const lines = [...seenValues(planned ?? now ?? {})]
    const word = planned === null ? 'is there now' : 'is gone'
    const rows = lines.map(([property, value]) => ({ property, planned: value, now: value }))
    const columns = [
      { title: 'property', cell: (line: SeenDifference) => line.property },
      {
        title: planned === null ? 'now' : 'planned on',
        cell: (line: SeenDifference) => line.now,
        wrapTo: 16,
      },
    ]
    return [`${heading}; it ${word}`, indented(table(columns, rows, inside(width)))].join('\n')
  }
  const columns = [
    { title: 'property', cell: (line: SeenDifference) => line.property },
    { title: 'planned on', cell: (line: SeenDifference) => line.planned, wrapTo: 12 },
    { title: 'now', cell: (line: SeenDifference) => line.now, wrapTo: 12 },
  ]
  return [heading, indented(table(columns, seenDifferences(planned, now), inside(width)))].join('\n')
}

const margin = '    '
const inside = (width: number | undefined): number | undefined =>
  width === undefined ? undefined : Math.max(20, width - margin.length)
const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `${margin}${line}`)
    .join('\n')
