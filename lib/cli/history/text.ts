import { localTime } from '../../link/local-time.ts'
import { table } from '../view/table.ts'
import { paragraph } from '../view/text.ts'
import type { HistoryItem } from './history.ts'
import { besideStacks } from './beside-stacks.ts'

/** A table of the runs, then what is to be said of single ones: which plan, why it was overridden, why it isn't done. */
export function historyText(items: readonly HistoryItem[], zone: string, width: number | undefined): string {
  const rows = table<HistoryItem>(
    [
      { title: `when (${zone})`, cell: (one) => whenOf(one.at, zone) },
      { title: 'who', cell: (one) => one.by ?? 'not by chancery', wrapTo: 12 },
      { title: 'what', cell: (one) => one.operation },
      { title: 'changes', cell: changesOf, wrapTo: 12, drop: 3 },
      { title: 'plan', cell: planOf, wrapTo: 10, drop: 4 },
      ...(items.some(({ rollout }) => rollout !== undefined)
        ? [{ title: 'rollout', cell: (one: HistoryItem) => one.rollout ?? '', wrapTo: 10, drop: 2 }]
        : []),
      { title: 'result', cell: (one) => one.result },
      { title: 'shared', cell: (one) => (one.shared ? 'yes' : 'this machine'), drop: 5 },
    ],
    items,
    width,
  )
  const notes = items.flatMap((one) => notesOf(one).map((text) => `${whenOf(one.at, zone)}  ${text}`))
  return [rows, ...(notes.length > 0 ? ['', ...notes.map((note) => paragraph(note, width))] : [])].join('\n')
}

/** Date and time as the site's clocks showed it. */
const whenOf = (at: string, zone: string): string => localTime(zone, Date.parse(at)).slice(0, 16)

/** A word of a person, on an act or a lock: nothing was planned or changed. */
const isWord = ({ operation }: HistoryItem): boolean => operation === 'resolve' || operation === 'unlock'

/** What is done beside the stacks: it has no preview, and changes no resource. */
const isBeside = ({ operation }: HistoryItem): boolean => besideStacks.some((one) => one === operation)

const changesOf = (one: HistoryItem): string =>
  Object.entries(one.changes)
    .filter(([op]) => op !== 'same')
    .map(([op, count]) => `${count} ${op}`)
    .join(', ') || 'none'

const planOf = (one: HistoryItem): string =>
  one.by === undefined || isWord(one) || isBeside(one) ? '' : (one.plan ?? 'its own preview')

const notesOf = (one: HistoryItem): readonly string[] => [
  ...(one.reason === undefined || isWord(one) ? [] : [`override: ${one.reason}`]),
  ...(one.because === undefined
    ? []
    : [isWord(one) && one.reason !== undefined ? `${one.because}: ${one.reason}` : one.because]),
  ...(one.result === 'cut off' || one.result === 'in-progress'
    ? ['It began and never said how it ended: see "chancery resolve".']
    : []),
]
