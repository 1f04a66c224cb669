import { describeFailure } from '../../domain/failure.ts'
import type { LockHolder } from '../../engine/stack-failure.ts'
import type { Paint } from '../view/paint.ts'
import { paragraph } from '../view/text.ts'
import { plural } from '../view/units.ts'
import type { ResolveReport } from './index.ts'
import type { InFlight, Judged, Verdict } from './judge.ts'

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

type View = { readonly width: number | undefined; readonly paint: Paint }

/** What a person reads of it: a paragraph an act, and what to do. */
export function resolveText(report: ResolveReport, { width, paint }: View): string {
  const say = (text: string, indent = ''): string => paragraph(text, width, indent)
  const { site, lock } = report
  const head = lock.map((holder) => say(lockText(holder)))
  switch (report.state) {
    case 'at-work':
      return [
        ...head,
        say(
          `${site}: a run is at work: ${report.by}, since ${report.since}. Nothing was looked at. Wait for it to end.`,
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
        ...endText(report, say),
      ].join('\n')
  }
}

function endText(
  { site, acts, settled }: Extract<ResolveReport, { state: 'looked' }>,
  say: (text: string, indent?: string) => string,
): readonly string[] {
  const open = acts.filter(({ needsPerson }) => needsPerson)
  const said = settled === 0 ? [] : [say(`${plural(settled, 'act')} of earlier runs settled by this look.`)]
  return open.length === 0
    ? said
    : [
        ...said,
        say(
          `${plural(open.length, 'act')} needs a person. Once you know what became of one: chancery resolve ${site} --mark done URN --reason WHY (or --mark not-done).`,
        ),
        ...open.map(({ urn }) => say(urn, '  ')),
      ]
}

const nameText = ({ urn, host, operation }: InFlight | Judged): string =>
  `${operation} ${urn.slice(urn.lastIndexOf('::') + 2)}${host === undefined ? '' : ` on ${host}`}`

const origins = {
  run: 'a run wrote it before it sent it',
  state: 'the state has it as begun',
  host: 'the host has a record of it, the state has not',
} as const

const originText = ({ from, by, at }: InFlight): readonly string[] => [
  `${origins[from]}${by === undefined ? '' : `: ${by}`}${at === undefined ? '' : ` at ${at}`}`,
]

const lockText = ({ user, host, pid, since }: LockHolder): string =>
  `The state's lock is held by ${user} on ${host}, process ${pid}, since ${since}.`
