import type { Clock } from '../../domain/clock.ts'
import type { Emit } from '../../domain/event.ts'
import type { Site } from '../../domain/site.ts'
import type { Context } from '../command.ts'
import type { Output } from '../output.ts'
import type { RunReport, Waits } from '../run/types.ts'
import { ansiPaint, noPaint, type Paint } from './paint.ts'
import { createProgress, jsonProgress, type Progress, silentProgress } from './progress.ts'

export { previewTable, previewText, siteText } from './preview.ts'
export { summaryText } from './summary.ts'

export const paintFor = (output: Pick<Output, 'color'>): Paint => (output.color ? ansiPaint : noPaint)

/** The view of a run's progress that the person asked for, on standard error. */
export function progressFor(
  { stderr, env, output }: Pick<Context, 'stderr' | 'env' | 'output'>,
  sites: readonly Site[],
  clock: Clock,
): Progress {
  if (output.quiet) return silentProgress
  if (output.json) return jsonProgress(stderr, clock)
  // A terminal that moves no cursor gets the log.
  const stream = env['TERM'] === 'dumb' ? { write: (text: string) => stderr.write(text) } : stderr
  return createProgress({ stream, clock, sites, color: output.color })
}

/** Why nothing would start now, as `--json` prints it. */
export const waitJson = ({ fitsAt, ...wait }: Waits): object => ({
  ...wait,
  fitsAt: fitsAt === undefined ? null : new Date(fitsAt).toISOString(),
})

/** Of a run whose answer follows at once and tells the reason: the site's own line says only how it ended. */
export const withoutReasons =
  (emit: Emit): Emit =>
  (event) =>
    emit(event.kind === 'site' ? { kind: 'site', site: event.site, outcome: event.outcome } : event)

/** A run's report as `--json` prints it: sites by id, each with its outcome, failures and what its preview found. */
export function reportJson(report: RunReport): object {
  const previews = new Map(report.previews.map((preview) => [preview.site.id, preview]))
  return {
    differences: report.differences,
    confirmed: report.confirmed,
    interrupted: report.interrupted,
    sites: report.sites.map((site) => {
      const preview = previews.get(site.site)
      return {
        ...site,
        preview:
          preview === undefined
            ? null
            : {
                line: preview.line,
                cost: preview.cost,
                waits: preview.waits === undefined ? null : waitJson(preview.waits),
                observedAt: preview.observedAt ?? null,
                resources: preview.rows,
                ...(preview.plan?.do === 'hold' ? { plan: preview.plan } : {}),
              },
      }
    }),
  }
}
