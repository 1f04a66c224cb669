import { z } from 'zod'
import {
  budget,
  type Checked,
  contradiction,
  kebab,
  port,
  positive,
  seconds,
  socket,
  text,
} from './schema-parts.ts'

/** Blackouts and second lines. */

const moment = z
  .string({ error: 'a date and time such as 2026-12-20T18:00' })
  .refine(isMoment, { error: 'a date and time such as 2026-12-20T18:00' })
  .meta({ examples: ['2026-12-20T18:00'] })

/** A date and a time of day that exist in the calendar. */
function isMoment(written: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/.test(written)) return false
  const parsed = Date.parse(`${written}:00Z`)
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(written)
}

/** Sites by id, glob or key=value. */
export const selectors = z
  .array(z.string())
  .min(1, { error: 'at least one selector' })
  .meta({ examples: [['brussels-*', 'link=satellite']] })

/** A span of dates and hours, and why; `whose`: by which clock. */
export const blackoutParts = (whose: string) => ({
  from: moment.describe(`First minute of it, on ${whose} clock.`),
  to: moment.describe(`First minute after it, on ${whose} clock.`),
  because: text.describe('Shown to whoever has to wait.'),
})

export const endsLater = (
  ctx: Checked & { readonly value: { readonly from: string; readonly to: string } },
) => {
  if (ctx.value.from >= ctx.value.to)
    contradiction(ctx, ['to'], `an end after ${ctx.value.from}`, 'Correct one of them.')
}

const blackout = z
  .strictObject({
    sites: selectors.optional().describe('Sites by id, glob or key=value. Default: all.'),
    ...blackoutParts('the site’s'),
  })
  .check(endsLater)

export const blackoutsSchema = z
  .strictObject({ blackouts: z.array(blackout).describe('They may overlap.') })
  .describe('Spans in which no work starts at a site.')

const secondLine = z
  .strictObject({
    provenance: text.describe('Where the figures come from.'),
    medium: z.enum(['satellite', 'terrestrial', 'lan']),
    kbitPerS: positive.describe('What it carries, kbit/s.').meta({ examples: [512] }),
    rttMs: positive.describe('Round trip home and back, ms.').meta({ examples: [600] }),
    budget: budget.optional().describe('Timetable of it. Default: that of the class of its medium.'),
    hosts: z
      .record(kebab, z.strictObject({ address: socket, port: port.optional() }))
      .default({})
      .describe('Where hosts are reached over it. Those not named keep their address.'),
    probe: z
      .strictObject({
        address: socket,
        port,
        expect: z
          .enum(['banner', 'connect'])
          .default('banner')
          .describe('The first line of an SSH server, or that the connection opens.'),
      })
      .optional()
      .describe(
        'What only the primary line leads to. Default: the first host that has another address over this line.',
      ),
    largeBytes: positive
      .default(1_000_000)
      .describe('Work of more bytes waits for the primary line, unless --on-backup. Default 1,000,000.'),
  })
  .check((ctx) => {
    if (ctx.value.probe === undefined && Object.keys(ctx.value.hosts).length === 0)
      contradiction(ctx, [], 'hosts with an address of their own over it, or a probe', 'Add probe.')
  })

const probing = z
  .strictObject({
    everySeconds: seconds(1, 3600).default(10).describe('Between two probes while the link is in use.'),
    timeoutSeconds: seconds(0.1, 60).default(5),
    failures: positive.default(3).describe('Failed probes in a row that switch to the backup.'),
    goodSeconds: seconds(1, 86_400).default(120).describe('Good for this long without a failure, then back.'),
    holdSeconds: seconds(1, 86_400)
      .default(300)
      .describe('At least this long on the backup; doubled when the primary fails soon after a return.'),
  })
  .describe('How the primary lines are probed.')

export const secondLinesSchema = z
  .strictObject({ probing: probing.prefault({}), lines: z.record(kebab, secondLine) })
  .describe('Second lines by site: used while the first one is down.')
