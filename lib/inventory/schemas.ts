import { z } from 'zod'

/** The YAML files of an inventory. The JSON Schemas for editors come from these; `error` texts complete "expected …". */

const kebabPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/
export const isKebab = (text: string): boolean => kebabPattern.test(text)

const kebab = z
  .string()
  .regex(kebabPattern, { error: 'a name of lower-case letters, digits and single hyphens' })
const text = z.string().min(1, { error: 'a text' })
const positive = z.int({ error: 'a whole number > 0' }).positive({ error: 'a whole number > 0' })

/** A contradiction between keys of one node; the reader completes it with the position. */
function contradiction(
  ctx: Checked,
  path: readonly (string | number)[],
  expected: string,
  fix: string,
): void {
  ctx.issues.push({ code: 'custom', path: [...path], message: expected, params: { fix }, input: ctx.value })
}

type Checked = { readonly value: unknown; readonly issues: z.core.$ZodRawIssue[] }

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const days = z
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

const budget = z
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

const windows = z.array(windowEntry).describe('When work may start, site’s own time. Empty = always.')

const linkClass = z.strictObject({ budget, windows })
export type LinkClass = z.infer<typeof linkClass>

export const organisationSchema = z
  .strictObject({
    organisation: kebab.describe('Id of the organisation; written on every host that is managed.'),
    stateBackend: z
      .string()
      .regex(/^(file|postgres|postgresql|s3|azblob|gs|https?):\/\/.+/, {
        error: 'a URL: file://, postgres://, s3://, azblob://, gs:// or https://',
      })
      .describe(
        'Where stack state lives. A file:// path that does not start with / is relative to this folder.',
      )
      .meta({ examples: ['file://../../.chancery/state'] }),
    knownHosts: text.describe('File of host keys in OpenSSH format, relative to this folder.'),
    defaults: z
      .strictObject({
        account: text,
        port: z
          .int({ error: 'a port, 1 to 65535' })
          .min(1, { error: 'a port, 1 to 65535' })
          .max(65535, { error: 'a port, 1 to 65535' }),
        key: text.optional().describe('Private key file, relative to this folder; absent = the SSH agent.'),
      })
      .describe('What a host has whose cell in hosts.csv is empty.'),
    linkClasses: z
      .strictObject({ satellite: linkClass, terrestrial: linkClass, lan: linkClass })
      .describe('Timetables by the register’s column link.'),
  })
  .describe('An organisation: state, defaults, link classes.')

export const offLimitsSchema = z
  .strictObject({
    networks: z.record(
      kebab,
      z.strictObject({
        provenance: text.describe('Where addresses and names come from.'),
        ranges: z
          .array(z.string())
          .describe('CIDR blocks, IPv4 or IPv6.')
          .meta({ examples: [['10.201.0.0/16']] }),
        hostNames: z
          .array(z.string())
          .describe('Host names; * stands for one or more labels.')
          .meta({ examples: [['*.regnem.example']] }),
      }),
    ),
  })
  .describe('Addresses and names of the networks that are never a target.')

const disk = z.strictObject({
  name: kebab,
  sizeGiB: positive.max(65536, { error: 'at most 65536 GiB, the limit of a VHDX' }),
  copyFrom: z
    .strictObject({
      path: text.describe('File on the host.'),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'a SHA-256: 64 lower-case hex digits' }),
    })
    .optional()
    .describe('A new disk is a copy of this; absent = empty.'),
})

const machineParts = {
  about: text,
  memoryMiB: positive
    .min(32, { error: 'at least 32 MiB' })
    .describe('Start-up memory, MiB.')
    .meta({ examples: [4096] }),
  processors: positive.max(64, { error: '1 to 64 processors' }),
  vlan: z
    .int({ error: 'a VLAN, 1 to 4094' })
    .min(1, { error: 'a VLAN, 1 to 4094' })
    .max(4094, { error: 'a VLAN, 1 to 4094' })
    .optional(),
  disks: z
    .array(disk)
    .min(1, { error: 'at least one disk' })
    .check(uniqueNames)
    .meta({ examples: [[{ name: 'system', sizeGiB: 60 }]] }),
}
const machine = z.strictObject({ name: kebab, ...machineParts })

function uniqueNames(ctx: z.core.ParsePayload<readonly { readonly name: string }[]>): void {
  const seen = new Set<string>()
  ctx.value.forEach(({ name }, i) => {
    if (seen.has(name)) contradiction(ctx, [i, 'name'], 'each name once', 'Rename one.')
    seen.add(name)
  })
}
const machines = z.array(machine).check(uniqueNames)

const gateway = z
  .strictObject({
    features: z.array(text).describe('Windows features that it has.'),
    services: z.array(text).describe('Windows services that run from start-up.'),
  })
  .nullable()
  .describe('A small Windows host at the site; null = none.')

export const profileSchema = z
  .discriminatedUnion('model', [
    z.strictObject({
      model: z.literal('mission-server'),
      about: text,
      switch: z.strictObject({
        name: text,
        adapter: text.describe('Network adapter of the host that the switch takes.'),
        managementOs: z.boolean().describe('True: the host itself keeps using that adapter.'),
      }),
      folders: z
        .strictObject({ machines: text, disks: text })
        .describe('Where the host keeps machines and disks.'),
      machines,
      localApplications: machines.describe('Applications of one site, each in a machine of its own.'),
    }),
    z.strictObject({
      model: z.literal('serverless'),
      about: text,
      gateway,
      requires: z
        .strictObject({
          minKbitPerSPerUser: z
            .number({ error: 'a number > 0' })
            .positive({ error: 'a number > 0' })
            .describe('Rate of the line ÷ users.'),
          maxRttMs: positive.describe('Round trip home and back, ms.'),
        })
        .describe('A link that does less cannot carry the site.'),
    }),
    z.strictObject({ model: z.literal('home'), about: text }),
  ])
  .describe('What a site of one kind consists of. The file’s name is the profile’s id.')

export const exceptionSchema = z
  .strictObject({
    site: kebab,
    because: text.describe('Why this site differs.'),
    link: z
      .strictObject({ budget: budget.optional(), windows: windows.optional() })
      .optional()
      .describe('Replaces the timetable of the link’s class.'),
    machines: z
      .record(kebab, z.strictObject(machineParts).partial())
      .optional()
      .describe('By machine of the profile: what differs here.'),
    localApplications: machines.optional().describe('Added to those of the profile.'),
    gateway: gateway.optional().describe('Replaces the gateway of a serverless profile.'),
  })
  .describe('What differs at one site.')

/** Schema by the name of its JSON Schema file. */
export const schemas = {
  organisation: organisationSchema,
  'off-limits': offLimitsSchema,
  profile: profileSchema,
  exception: exceptionSchema,
} as const
