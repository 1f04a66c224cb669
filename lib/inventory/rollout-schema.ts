import { z } from 'zod'
import { blackoutParts, endsLater, selectors } from './calendar-schemas.ts'
import { contradiction, kebab, text, windows } from './schema-parts.ts'
import { timeZone } from './time-zone.ts'

const zone = text
  .check((ctx) => {
    const reading = timeZone(ctx.value)
    if (!('value' in reading)) contradiction(ctx, [], reading.expected, reading.fix)
  })
  .meta({ examples: ['Europe/Copenhagen'] })

const blackout = z
  .strictObject({
    ...blackoutParts('that'),
    timeZone: zone.optional().describe('Its clock. Default: that of the rollout.'),
  })
  .check(endsLater)

/** A rollout: which program is brought to which sites, and when. */
export const rolloutSchema = z
  .strictObject({
    id: kebab.describe('The file’s name without .yaml.'),
    description: text.describe('What it brings, for whoever reads a plan.'),
    program: text.describe('Program of stacks/.').meta({ examples: ['mission'] }),
    sites: selectors.describe('Its sites by id, glob or key=value; several add up.'),
    timeZone: zone.optional().describe('Clock of its windows and blackouts. Default: each site’s own.'),
    windows: windows
      .default([])
      .describe('When its work may start, within the windows of each site. Empty = whenever a site is open.'),
    blackouts: z
      .array(blackout)
      .default([])
      .describe('Spans in which its work starts nowhere. They may overlap.'),
  })
  .check((ctx) => {
    if (ctx.value.timeZone === undefined) return
    for (const [i, { days }] of ctx.value.windows.entries())
      if (days === 'weekdays' || days === 'weekend')
        contradiction(
          ctx,
          ['windows', i, 'days'],
          'days by name beside timeZone, for weekends differ from site to site',
          `Write [${days === 'weekend' ? 'sat, sun' : 'mon, tue, wed, thu, fri'}], or leave timeZone out.`,
        )
  })
  .describe('Work that is brought to many sites, and when. The file’s name is the rollout’s id.')
