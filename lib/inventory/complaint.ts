/** One mistake in an inventory: where it is, what was expected, what is there, what to write. */
export type Complaint = {
  /** Relative to the inventory's folder: `sites.csv`, `profiles/mission-server.yaml`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number
  /** Column of a CSV file, or path in a YAML file: `linkClasses.satellite.budget.0.kbitPerS`. */
  readonly field: string
  readonly expected: string
  /** As written in the file; empty = nothing is there. */
  readonly got: string
  readonly fix: string
}

/** Where something stands in a file. */
export type Position = { readonly file: string; readonly line: number; readonly column: number }

/** One line for a person: `sites.csv:17:9: kbit_per_s: expected …, got "512k". Write 512.` */
export const formatComplaint = (c: Complaint): string =>
  `${c.file}:${c.line}:${c.column}: ${c.field}: expected ${c.expected}, got ${c.got === '' ? 'nothing' : `"${shorten(c.got)}"`}. ${c.fix}`

/** All complaints, one a line, and what is true now. */
export const formatComplaints = (complaints: readonly Complaint[]): string =>
  [
    ...complaints.map(formatComplaint),
    `${complaints.length} ${complaints.length === 1 ? 'mistake' : 'mistakes'}. Nothing was changed.`,
  ].join('\n')

/** On one line, a password in a URL masked. */
const shorten = (text: string): string => {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(\/\/[^/?#:\s]*):[^/?#\s]*@/, '$1:***@')
    .replace(/([?&][^=&\s]*password)=[^&\s]*/gi, '$1=***')
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}

/** The candidate that `word` was probably meant to be, or undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const folded = fold(word)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(folded.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(folded, fold(candidate), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `Did you mean "x"?`, or else the list of what there is when it is short. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  if (near !== undefined) return `Did you mean "${near}"?`
  return candidates.length > 0 && candidates.length <= 12 ? `Known: ${candidates.join(', ')}.` : ''
}

const fold = (text: string): string => text.toLowerCase().replaceAll(/[_\s-]/g, '')

/** Letters changed, added, left out, or swapped with their neighbour; or `limit` as soon as it can't be fewer. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: readonly number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1, swapped ? before[j - 2]! + 1 : Infinity))
    }
    if (Math.min(...next) >= limit) return limit
    before = row
    row = next
  }
  return row[b.length]!
}
