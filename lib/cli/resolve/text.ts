import { describeFailure } from '../../domain/failure.ts'
import type { LockHolder } from '../../engine/stack-failure.ts'
import { toTheSecond } from '../unlock/unlock.ts'
import type { Paint } from '../view/paint.ts'
import { paragraph } from '../view/text.ts'
import { plural } from '../view/units.ts'
import { programOption } from './earlier.ts'
import type { ResolveReport } from './index.ts'
import { type InFlight, isCommand, type Judged, type Verdict } from './judge.ts'

const words: { readonly [verdict in Verdict]: string } = {
  done: 'done as intended',
  'not-begun': 'not begun',
  'half-done': 'begun and half done',
  unknown: 'not to be known by looking',
  'not-seen': 'not seen',
}
const colors = {
  done: 'green',
  'not-begun': 'green',
  'half-done': 'yellow',
  unknown: 'red',
  'not-seen': 'red',
} as const

type View = {
  readonly width: number | undefined
  readonly paint: Paint
  /** Whose stack it is. */
  readonly program: string
}

/** What a person reads of it: a paragraph an act, and what to do. */
export function resolveText(report: ResolveReport, { width, paint, program }: View): string {
  const say = (text: string, indent = ''): string => paragraph(text, width, indent)
  const { site, lock } = report
  const head = lock.map((holder) => say(lockText(holder)))
  switch (report.state) {
    case 'at-work':
      return [
        ...head,
        say(
          `${site}: a run is at work: ${report.by}, since ${toTheSecond(report.since)}. Nothing was looked at. Wait for it to end.`,
        ),
      ].join('\n')
    case 'not-reached':
      return [
        ...head,
        say(describeFailure(report.failure)),
        say(`${site}: ${plural(report.acts.length, 'act')} in flight as far as is known here.`),
        ...report.acts.flatMap((act) => [
          say(nameText(act)),
          ...originText(act).map((text) => say(text, '  ')),
        ]),
      ].join('\n')
    case 'looked':
      return [
        ...head,
        ...(report.acts.length === 0 ? [say(`${site}: nothing is in flight.`)] : []),
        ...report.acts.flatMap((act) => [
          say(nameText(act)),
          ...originText(act).map((text) => say(text, '  ')),
          paint(colors[act.verdict], say(`${words[act.verdict]}: ${act.because}`, '  ')),
          say(`next up: ${act.next}`, '  '),
        ]),
        ...endText(report, program, say),
      ].join('\n')
  }
}

function endText(
  { site, acts, settled }: Extract<ResolveReport, { state: 'looked' }>,
  program: string,
  say: (text: string, indent?: string) => string,
): readonly string[] {
  const open = acts.filter(({ needsPerson }) => needsPerson)
  const sayable = open.filter(canBeSaid)
  const said = settled === 0 ? [] : [say(`${plural(settled, 'act')} of earlier runs settled by this look.`)]
  if (open.length === 0) return said
  const needs = say(`${plural(open.length, 'act')} ${open.length === 1 ? 'needs' : 'need'} a person.`)
  if (sayable.length === 0) return [...said, needs]
  return [
    ...said,
    needs,
    say(
      `Once you know what became of one: chancery resolve ${site} --mark done URN --reason WHY${programOption(program)} (or --mark not-done).`,
    ),
    // Whole, also where it is longer than a line: it is to be copied.
    ...sayable.map(({ urn }) => `  '${urn}'`),
  ]
}

/** A person's word can end it: no look can tell of a free command, and what a run wrote may be struck off its notes. */
const canBeSaid = (act: Judged): boolean => isCommand(act) || act.from === 'run'

const nameText = ({ urn, host, operation }: InFlight | Judged): string =>
  `${operation} ${urn.slice(urn.lastIndexOf('::') + 2)}${host === undefined ? '' : ` on ${host}`}`

const origins = {
  run: 'a run wrote it before it sent it',
  state: 'the state has it as begun',
  host: 'the host has a record of it, the state has not',
  said: 'said, and not used by a run yet',
} as const

const originText = ({ from, by, at }: InFlight): readonly string[] => [
  `${origins[from]}${by === undefined ? '' : `: ${by}`}${at === undefined ? '' : ` at ${at}`}`,
]

const lockText = ({ user, host, pid, since }: LockHolder): string =>
  `The state's lock is held by ${user} on ${host}, process ${pid}, since ${toTheSecond(since)}.`
