import { nameIn } from '../plan/words.ts'
import type { PlanDifference } from '../plan/diff.ts'
import type { PlanOrigin } from '../../reconcile/plan-file/index.ts'
import { noPaint, type Paint } from './paint.ts'
import { paragraph } from './text.ts'
import { plural } from './units.ts'

/** One of two plans: its file as it was named, and who made it when. */
export type Compared = { readonly file: string; readonly made: PlanOrigin }

type View = { readonly width: number | undefined; readonly paint?: Paint }

/** Two plans beside each other: which they are, then only what differs. Digests say that something is another, and are not shown. */
export function diffText(
  found: readonly PlanDifference[],
  plans: readonly [Compared, Compared],
  { width, paint = noPaint }: View,
): string {
  if (found.length === 0) return 'The plans do the same.'
  const groups = Map.groupBy(found, ({ site, host, resource }) => headingOf(site, host, resource))
  const names = plans.map(({ file }) => file) as [string, string]
  return [
    plans
      .map((plan, i) => paint(i === 0 ? 'red' : 'green', originText(i === 0 ? '-' : '+', plan, width)))
      .join('\n'),
    ...[...groups].map(([heading, differences]) =>
      [
        paint('bold', paragraph(heading, width)),
        ...differences.map((one) => differenceText(one, names, width, paint)),
      ].join('\n'),
    ),
    `${plural(found.length, 'difference')}.`,
  ].join('\n\n')
}

const originText = (mark: string, { file, made }: Compared, width: number | undefined): string =>
  paragraph(
    `${mark} ${file}, of ${made.at.slice(0, 16).replace('T', ' ')} UTC by ${made.by} on ${made.on}`,
    width,
  )

const headingOf = (site?: string, host?: string, resource?: string): string =>
  site === undefined ? 'the whole plan' : resource === undefined ? site : `${site}: ${host} ${resource}`

function differenceText(
  { step, what, restsOn, a, b }: PlanDifference,
  [first, second]: readonly [string, string],
  width: number | undefined,
  paint: Paint,
): string {
  const is = a === undefined ? `only in ${second}` : b === undefined ? `only in ${first}` : 'is another'
  const at = step === undefined ? '' : `${step}: `
  const line = (text: string): string => paragraph(text, width, '  ')
  if (restsOn !== undefined) return line(`rests on the ${restsOn}: ${nameIn(what)} ${is}`)
  if (what === '') return line(`${at}${is}`)
  const digest = digestWords(what)
  if (digest !== undefined) return line(`${at}${digest} ${is}`)
  const [before, after] = apart(a, b)
  return [
    line(`${at}${placeWords(what)}:`),
    paint('red', paragraph(`- ${before}`, width, '      ')),
    paint('green', paragraph(`+ ${after}`, width, '      ')),
  ].join('\n')
}

/** What a digest stands for; undefined: the value tells something to a person. */
function digestWords(what: string): string | undefined {
  if (what.startsWith('mayLose.')) return `may lose the data of ${what.slice('mayLose.'.length)}:`
  if (what.startsWith('want.')) return `the wanted ${what.slice('want.'.length)}`
  if (what === 'guard.expects') return 'what the host must look like'
  if (what.endsWith('.$secret')) return `the secret ${placeWords(what.slice(0, -'.$secret'.length))}`
  if (what.startsWith('versions.scripts.')) return `the script ${what.slice('versions.scripts.'.length)}`
  if (what === 'passphrase' || what === 'versions.worker') return `the ${what.split('.').at(-1)}`
  return undefined
}

const placeWords = (what: string): string =>
  what.startsWith('guard.seen.')
    ? `seen on the host: ${what.slice('guard.seen.'.length)}`
    : what.replace(/^guard\.owner$/, 'on record of')

const around = 24
const longest = 160

/** Two values, as JSON; of long ones the part in which they differ. */
function apart(a: string | undefined, b: string | undefined): readonly [string, string] {
  if (a === undefined || b === undefined) return [shortened(a), shortened(b)]
  const least = Math.min(a.length, b.length)
  let same = 0
  while (same < least && a[same] === b[same]) same += 1
  let tail = 0
  while (tail < least - same && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1
  const from = same > around * 2 ? same - around : 0
  const rest = tail > around * 2 ? tail - around : 0
  return [a, b].map((text) =>
    shortened(`${from > 0 ? '…' : ''}${text.slice(from, text.length - rest)}${rest > 0 ? '…' : ''}`),
  ) as [string, string]
}

const shortened = (text: string | undefined): string =>
  text === undefined
    ? '(nothing)'
    : text.length > longest
      ? `${text.slice(0, longest)}… (${text.length} characters)`
      : text
