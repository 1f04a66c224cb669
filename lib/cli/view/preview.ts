import { describeFailure, type Failure } from '../../domain/failure.ts'
import type { Effect } from '../../kinds/kind.ts'
import { localTime } from '../../link/window.ts'
import type { LineUsed, PreviewRow, SitePreview, Waits } from '../run/types.ts'
import { changedTexts } from './changed.ts'
import { noPaint, type Paint } from './paint.ts'
import { type Column, table } from './table.ts'
import { paragraph } from './text.ts'
import { bytes, duration, plural, rate } from './units.ts'

type Change = PreviewRow['change']

/** How a change is marked, coloured and, where it does something to a host, worded. */
export const marks: { readonly [change in Change]: string } = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
  same: '=',
  fail: 'x',
}

export const colors = {
  create: 'green',
  update: 'yellow',
  replace: 'magenta',
  delete: 'red',
  same: 'dim',
  fail: 'red',
} as const

export const effectWords: { readonly [effect in Effect | 'unguarded']: string } = {
  'powers-off': 'powers off',
  'restarts-service': 'restarts a service',
  'needs-host-restart': 'needs a restart of the host',
  'may-cut-management-path': 'may cut the management path',
  'deletes-data': 'deletes data',
  unguarded: 'runs unguarded',
}

/** The whole preview: what changes at each site, then the table of what it costs on each link, then the sum. `now` in ms. */
export function previewText(
  previews: readonly SitePreview[],
  view: { readonly width: number | undefined; readonly now: number; readonly paint?: Paint },
): string {
  const paint = view.paint ?? noPaint
  return [
    ...previews.filter((preview) => !quiet(preview)).map((preview) => siteText(preview, view.width, paint)),
    previewTable(previews, view),
    paragraph(previewSum(previews), view.width),
  ].join('\n\n')
}

/** One line a site: its link, how many resources change, what crosses the link and for how long, and what it does to the host. */
export function previewTable(
  previews: readonly SitePreview[],
  { width, now }: { readonly width: number | undefined; readonly now: number },
): string {
  const count = (change: Change, drop?: number): Column<SitePreview> => ({
    title: change,
    cell: ({ rows }) => String(rows.filter((row) => row.change === change).length),
    align: 'right',
    ...(drop === undefined ? {} : { drop }),
  })
  const present = (change: Change) => previews.some(({ rows }) => rows.some((row) => row.change === change))
  const note = (preview: SitePreview) => remarks(preview, now)
  const columns: readonly Column<SitePreview>[] = [
    { title: 'site', cell: ({ site }) => site.id },
    { title: 'link', cell: ({ line }) => lineText(line), wrapTo: 14, drop: 3 },
    ...(['create', 'update', 'replace', 'delete', 'fail'] as const)
      .filter(present)
      .map((change) => count(change)),
    count('same', 4),
    { title: 'up', cell: ({ cost }) => mostly(cost) + bytes(cost.bytesUp), align: 'right', drop: 1 },
    { title: 'down', cell: ({ cost }) => bytes(cost.bytesDown), align: 'right', drop: 1 },
    { title: 'trips', cell: ({ cost }) => String(cost.roundTrips), align: 'right', drop: 2 },
    { title: 'time', cell: ({ cost }) => mostly(cost) + duration(cost.ms), align: 'right' },
    ...(previews.some((preview) => note(preview) !== '') ? [{ title: 'note', cell: note, wrapTo: 16 }] : []),
  ]
  return table(columns, previews, width)
}

/** What changes at one site, resource by resource, with the reasons; then what stands in the way. */
export function siteText(preview: SitePreview, width: number | undefined, paint: Paint = noPaint): string {
  return [
    paint('bold', preview.site.id),
    ...preview.rows.filter(({ change }) => change !== 'same').map((row) => rowText(row, width, paint)),
    ...(preview.failed === undefined ? [] : failedText(preview.failed, preview.rows, width, paint)),
    ...(preview.waits === undefined ? [] : [waitText(preview.waits, width, paint)]),
  ].join('\n')
}

/** The last line: `12 changes at 3 sites, 14.6 KB over the links.` or that there are none, and what is held up. */
export function previewSum(previews: readonly SitePreview[]): string {
  const unseen = previews.filter(({ rows, failed }) => failed !== undefined && rows.length === 0)
  const heldUp = previews.filter(({ rows, failed }) => failed !== undefined && rows.length > 0)
  const seen = previews.filter((preview) => !unseen.includes(preview))
  const changing = seen.filter(({ rows }) => rows.some(isChange))
  const changes = changing.reduce((sum, { rows }) => sum + rows.filter(isChange).length, 0)
  const most = changing.some(({ cost }) => cost.atMost === true) ? 'at most ' : ''
  const total = changing.reduce((sum, { cost }) => sum + cost.bytesUp + cost.bytesDown, 0)
  return [
    ...(changes > 0
      ? [
          `${plural(changes, 'change')} at ${plural(changing.length, 'site')}, ${most}${bytes(total)} over the links.`,
        ]
      : seen.length > 0
        ? [`No changes at ${plural(seen.length, 'site')}.`]
        : []),
    ...(heldUp.length > 0 ? [`${plural(heldUp.length, 'site')} held up by ${standing(heldUp)}.`] : []),
    ...(unseen.length > 0 ? [`${plural(unseen.length, 'site')} could not be previewed.`] : []),
    ...(['deferred', 'failed'] as const).flatMap((outcome) => {
      const waiting = previews.filter(({ waits }) => waits?.outcome === outcome).length
      const word = outcome === 'deferred' ? 'be deferred' : 'fail'
      return waiting > 0 ? [`As it stands ${plural(waiting, 'site')} would ${word}.`] : []
    }),
  ].join(' ')
}

/** What holds up: resources, or the site as a whole, as where its saved plan is refused. */
const standing = (heldUp: readonly SitePreview[]): string =>
  heldUp.every(({ rows }) => rows.some(({ change }) => change === 'fail'))
    ? 'what is marked x or …'
    : 'what is said of it'

const isChange = ({ change }: PreviewRow): boolean => change !== 'same' && change !== 'fail'

const quiet = ({ rows, failed }: SitePreview): boolean =>
  failed === undefined && rows.every(({ change }) => change === 'same')

function rowText(row: PreviewRow, width: number | undefined, paint: Paint): string {
  const { failure } = row
  const waits = failure?.kind === 'deferred'
  const word = failure !== undefined ? (waits ? ' (waits)' : ' (refused)') : wordOf(row)
  const color = waits ? 'cyan' : colors[row.change]
  return [
    paint(color, paragraph(`${waits ? '…' : marks[row.change]} ${row.host} ${row.name}${word}`, width, '  ')),
    ...row.because.filter((reason) => reason !== '').map((reason) => paragraph(reason, width, '      ')),
    ...row.effects.map((effect) => paint('yellow', paragraph(`! ${effectWords[effect]}`, width, '      '))),
    ...(failure === undefined ? [] : [paint(color, paragraph(failureText(failure), width, '      '))]),
  ].join('\n')
}

const wordOf = ({ change, removal }: Pick<PreviewRow, 'change' | 'removal'>): string =>
  change === 'create' || change === 'update'
    ? ''
    : ` (${removal === undefined ? change : removalWords[removal]})`

/** A removal from the state only. */
export const removalWords = { stays: 'let go, stays on the host', gone: 'gone already' } as const

/** Without the host and the resource, which stand above it. */
const failureText = (failure: Failure): string =>
  failure.kind === 'deferred' || failure.kind === 'refused'
    ? `${failure.because}. ${failure.fix}`
    : describeFailure(failure)

/** What stands in the way of the site; what its rows tell is not told again. */
function failedText(
  failed: NonNullable<SitePreview['failed']>,
  rows: readonly PreviewRow[],
  width: number | undefined,
  paint: Paint,
): readonly string[] {
  const inRows = new Set(
    rows.flatMap(({ failure }) => (failure === undefined ? [] : describeFailure(failure))),
  )
  const changed = failed.failures.filter((failure) => failure.kind === 'changed')
  const tables = changed.flatMap((failure) => changedTexts(failure, width))
  const others = failed.failures.filter(({ kind }) => kind !== 'changed')
  const told = [failed.because, ...others.map(describeFailure)].filter((text) => !inRows.has(text))
  const texts = [...new Set(told)].map((text, i) =>
    i === 0
      ? paint('red', paragraph(`${failed.outcome}: ${text}`, width, '  '))
      : paragraph(text, width, '  '),
  )
  return [...texts, ...tables]
}

/** `satellite 512 kbit/s 600 ms`; of a second line also that it is one, and what may be used of it now. */
function lineText({ line, medium, kbitPerS, rttMs, budgetKbitPerS }: LineUsed): string {
  const figures = `${medium} ${rate(kbitPerS)} ${rttMs} ms`
  return line === 'primary' ? figures : `backup ${figures}, ${rate(budgetKbitPerS)} for us`
}

/** What the site would wait for if the person went on now. */
const waitText = ({ outcome, because, fix }: Waits, width: number | undefined, paint: Paint): string =>
  paint(
    outcome === 'failed' ? 'red' : 'cyan',
    paragraph(
      `${outcome === 'failed' ? 'would fail' : 'would be deferred'} now: ${because}. ${fix}`,
      width,
      '  ',
    ),
  )

const waitRemark = ({ outcome, fitsAt }: Waits, zone: string): string =>
  fitsAt === undefined
    ? outcome === 'failed'
      ? 'would fail now'
      : 'deferred'
    : `deferred to ${localTime(zone, fitsAt)}`

/** Marks what may be far less: what a host has of a file is not known before something was delivered to it. */
const mostly = ({ atMost }: SitePreview['cost']): string => (atMost === true ? '≤ ' : '')

/** What the table says of a site beside numbers: why it is not previewed, and what the changes do to the host. */
function remarks({ site, rows, failed, waits, observedAt }: SitePreview, now: number): string {
  const effects = new Set(rows.flatMap((row) => row.effects))
  return [
    ...(failed === undefined ? [] : [failed.outcome]),
    ...(waits === undefined ? [] : [waitRemark(waits, site.timeZone)]),
    ...Object.entries(effectWords).flatMap(([effect, words]) =>
      effects.has(effect as keyof typeof effectWords) ? [words] : [],
    ),
    ...(observedAt === undefined ? [] : [`as seen ${duration(Math.max(0, now - observedAt))} ago`]),
  ].join(', ')
}
