import type { Clock } from '../../domain/clock.ts'
import { describeFailure } from '../../domain/failure.ts'
import { localTime } from '../../link/local-time.ts'
import type { Output } from '../output.ts'
import { paragraph } from '../view/text.ts'
import type { DriftLooks, DriftReport, SiteDrift } from './index.ts'
import { rowsOf, type View } from './text.ts'

const usual = 15

/** Minutes between two looks; undefined: look once. A text says what is wrong with the number. */
export function watchMinutes(given: string | undefined): number | undefined | string {
  if (given === undefined) return undefined
  // The option without a number.
  if (given === '') return usual
  const minutes = /^\d+(\.\d+)?$/.test(given) ? Number(given) : 0
  return minutes >= 1 && minutes <= 10_080
    ? minutes
    : `--watch: expected minutes from 1 to 10080, got ${given}. Write --watch ${usual}.`
}

export type WatchRequest = {
  /** What the first look saw; only what is otherwise afterwards is told. */
  readonly first: DriftReport
  readonly looks: DriftLooks
  readonly minutes: number
  readonly output: Pick<Output, 'answer' | 'note'>
  readonly view: View
  readonly clock: Clock
  readonly abort: AbortSignal
}

/**
 * Looks again and tells what is new and what is gone, until it is aborted. A look begins when the one before has ended and the
 * minutes have passed: one exchange a host each time, paced by its link like everything else.
 */
export async function watchDrift(request: WatchRequest): Promise<void> {
  const { looks, minutes, output, view, clock, abort } = request
  output.note(`Looking again every ${minutes} min. Ctrl-C ends it.`)
  let before = findingsOf(request.first)
  while (await clock.sleep(minutes * 60_000, abort)) {
    const report = await looks.look()
    if (report.interrupted) return
    const now = after(before, report)
    const fresh = [...now].filter(([key]) => !before.has(key)).map(([, finding]) => finding)
    const gone = [...before].filter(([key]) => !now.has(key)).map(([, finding]) => finding)
    before = now
    if (fresh.length + gone.length === 0) continue
    output.answer({ at: new Date(report.at).toISOString(), new: fresh.map(json), gone: gone.map(json) }, () =>
      [
        ...fresh.map((f) => line('+', f, report.at, view)),
        ...gone.map((f) => line('-', f, report.at, view)),
      ].join('\n'),
    )
  }
}

/** One thing worth telling: a difference, or what keeps a site from being seen. */
export type Finding = {
  readonly site: SiteDrift['site']
  readonly host: string
  readonly resource: string
  readonly property: string
  readonly text: string
}

/** By what makes two of them the same: where, what, and what was found. */
const findingsOf = (report: DriftReport): ReadonlyMap<string, Finding> =>
  new Map(
    report.sites.flatMap((drift) =>
      findingsAt(drift).map(
        (f) => [[f.site.id, f.host, f.resource, f.property, f.text].join('\u0000'), f] as const,
      ),
    ),
  )

function findingsAt(drift: SiteDrift): readonly Finding[] {
  const { site, failures, because, outcome } = drift
  const differences = rowsOf(drift).map(({ resource, property, declared, found }) => ({
    site,
    host: resource.host,
    resource: resource.name,
    property,
    text: `declared ${declared}, found ${found}`,
  }))
  // A link that is down says something else at each try; that it is down is one finding.
  const lost = outcome === 'unreachable' ? [`${outcome}`] : failures.map(describeFailure)
  const told = lost.length === 0 && because !== undefined ? [because] : lost
  return [
    ...differences,
    ...[...new Set(told)].map((text) => ({ site, host: '', resource: '', property: '', text })),
  ]
}

/** What holds now: what showed before of a thing that can't be seen holds until it is seen again. */
function after(before: ReadonlyMap<string, Finding>, report: DriftReport): ReadonlyMap<string, Finding> {
  const drifts = new Map(report.sites.map((drift) => [drift.site.id, drift]))
  const hidden = ({ site, host, resource }: Finding): boolean => {
    const drift = drifts.get(site.id)
    if (drift === undefined || resource === '') return false
    const now = drift.resources.find((one) => one.host === host && one.name === resource)
    return now === undefined
      ? drift.resources.length === 0 && drift.outcome === 'failed'
      : now.verdict.is === 'unseen' || now.verdict.is === 'unsettled'
  }
  return new Map([...[...before].filter(([, finding]) => hidden(finding)), ...findingsOf(report)])
}

function line(mark: '+' | '-', finding: Finding, at: number, { width, paint }: View): string {
  const { site, host, resource, property, text } = finding
  const what = [host, resource, property].filter((part) => part !== '').join(' ')
  const whole = `${mark} ${localTime(site.timeZone, at)}  ${site.id}  ${what}${what === '' ? '' : ': '}${text}`
  return paint(mark === '+' ? 'yellow' : 'green', paragraph(whole, width))
}

const json = ({ site, host, resource, property, text }: Finding): object => ({
  site: site.id,
  host,
  resource,
  property,
  text,
})
