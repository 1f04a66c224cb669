import { z } from 'zod'
import { socketAddress } from './socket-address.ts'

/** What the schemas of the YAML files are made of; `error` texts complete "expected …". */

const kebabPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/
export const isKebab = (text: string): boolean => kebabPattern.test(text)

export const kebab = z
  .string()
  .regex(kebabPattern, { error: 'a name of lower-case letters, digits and single hyphens' })
export const text = z.string().min(1, { error: 'a text' })
export const positive = z.int({ error: 'a whole number > 0' }).positive({ error: 'a whole number > 0' })

/** A contradiction between keys of one node; the reader completes it with the position. */
export function contradiction(
  ctx: Checked,
  path: readonly (string | number)[],
  expected: string,
  fix: string,
): void {
  ctx.issues.push({ code: 'custom', path: [...path], message: expected, params: { fix }, input: ctx.value })
}

export type Checked = { readonly value: unknown; readonly issues: z.core.$ZodRawIssue[] }

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export const days = z
  .union([z.enum(['weekdays', 'weekend', 'every-day']), z.array(z.enum(weekdays)).min(1)], {
    error: 'weekdays, weekend, every-day, or a list of mon to sun',
  })
  .describe(
    'Days in the site’s own zone; weekdays and weekend follow the weekend of its country. Default: every day.',
  )
  .meta({ examples: ['weekdays', ['mon', 'tue']] })
export type Days = z.infer<typeof days>

const time = z
  .string({ error: 'a time HH:MM, 00:00 to 24:00' })
  .regex(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, { error: 'a time HH:MM, 00:00 to 24:00' })
  .meta({ examples: ['08:00'] })

const hours = (ctx: Checked, from: string | undefined, to: string | undefined): void => {
  if ((from === undefined) !== (to === undefined))
    contradiction(
      ctx,
      [from === undefined ? 'to' : 'from'],
      'from and to together',
      `Add ${from === undefined ? 'from' : 'to'}, or remove both.`,
    )
  else if (from !== undefined && (from === to || from === '24:00'))
    contradiction(ctx, ['from'], 'a start that differs from the end', 'For the whole day remove from and to.')
}

const budgetEntry = z
  .strictObject({
    days: days.optional(),
    from: time.optional().describe('Start, site’s own time.'),
    to: time.optional().describe('End, site’s own time; not after the start = on the next day.'),
    kbitPerS: positive
      .optional()
      .describe('At most this rate, kbit/s.')
      .meta({ examples: [128] }),
    share: z
      .number({ error: 'a number > 0 and ≤ 1' })
      .gt(0, { error: 'a number > 0 and ≤ 1' })
      .lte(1, { error: 'a number > 0 and ≤ 1' })
      .optional()
      .describe('At most this part of what the line carries.')
      .meta({ examples: [0.5] }),
  })
  .check((ctx) => {
    hours(ctx, ctx.value.from, ctx.value.to)
    if ((ctx.value.kbitPerS === undefined) === (ctx.value.share === undefined))
      contradiction(ctx, [], 'either kbitPerS or share', 'Give one of them.')
  })
export type BudgetText = z.infer<typeof budgetEntry>

const windowEntry = z
  .strictObject({ days: days.optional(), from: time.optional(), to: time.optional() })
  .check((ctx) => {
    hours(ctx, ctx.value.from, ctx.value.to)
  })
export type WindowText = z.infer<typeof windowEntry>

export const budget = z
  .array(budgetEntry)
  .min(1, { error: 'at least one entry' })
  .check((ctx) => {
    const last = ctx.value.at(-1)
    if (last === undefined) return
    if (last.from !== undefined || (last.days !== undefined && last.days !== 'every-day'))
      contradiction(
        ctx,
        [ctx.value.length - 1],
        'a last entry for all days and hours',
        'Add an entry with a rate only, such as { share: 0.9 }.',
      )
  })
  .describe(
    'Timetable of what may be used of the link. The first entry that matches decides; the last one matches always.',
  )

export const windows = z.array(windowEntry).describe('When work may start, site’s own time. Empty = always.')

export const video = z
  .strictObject({
    atMostKbitPerS: positive
      .describe('Left for Chancery while live video runs, kbit/s.')
      .meta({ examples: [64] }),
  })
  .describe('While live video uses the line; switched by `chancery video` and by the conference system.')

export const seconds = (least: number, most: number) =>
  z
    .number({ error: `a number of seconds, ${least} to ${most}` })
    .min(least, { error: `a number of seconds, ${least} to ${most}` })
    .max(most, { error: `a number of seconds, ${least} to ${most}` })

export const port = z
  .int({ error: 'a port, 1 to 65535' })
  .min(1, { error: 'a port, 1 to 65535' })
  .max(65535, { error: 'a port, 1 to 65535' })

export const socket = text.check((ctx) => {
  const reading = socketAddress(ctx.value)
  if (!('value' in reading)) contradiction(ctx, [], reading.expected, reading.fix)
})
