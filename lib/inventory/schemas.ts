import { z } from 'zod'
import { blackoutsSchema, secondLinesSchema } from './calendar-schemas.ts'
import { rolloutSchema } from './rollout-schema.ts'
import {
  budget,
  contradiction,
  kebab,
  port,
  positive,
  seconds,
  text,
  video,
  windows,
} from './schema-parts.ts'

/** The YAML files of an inventory. The JSON Schemas for editors come from these; `error` texts complete "expected …". */

export { blackoutsSchema, secondLinesSchema } from './calendar-schemas.ts'
export { rolloutSchema } from './rollout-schema.ts'
export { isKebab, weekdays, type BudgetText, type Days, type WindowText } from './schema-parts.ts'

const linkClass = z.strictObject({ budget, windows, video: video.optional() })
export type LinkClass = z.infer<typeof linkClass>

export const conferenceSchema = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/[^\s@]+$/, { error: 'an http:// or https:// URL without user name or password' })
      .describe('Asked for each site; {site} stands for the id of the site.')
      .meta({ examples: ['https://conference.example/api/rooms/{site}'] }),
    pointer: z
      .string()
      .regex(/^(\/([^~/]|~[01])*)*$/, { error: 'a JSON pointer such as /room/live' })
      .describe('JSON pointer (RFC 6901) to the value that tells; {site} stands for the id of the site.')
      .meta({ examples: ['/live'] }),
    live: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1, { error: 'at least one value' })
      .default([true])
      .describe('Values there that mean that live video runs. Default: true.'),
    everySeconds: seconds(1, 3600).default(15).describe('Between two questions. Default 15.'),
    timeoutSeconds: seconds(0.1, 60).default(5).describe('An answer that takes longer is none. Default 5.'),
    onFailure: z
      .enum(['live', 'last'])
      .default('live')
      .describe(
        'Assumed while it can’t be asked: live video, or what was seen last (live when nothing was). Default live.',
      ),
  })
  .describe('The conference system, asked over HTTP whether a site has live video.')

const hasNoPassword = (url: string): boolean =>
  !/^[^/]*\/\/[^/?#]*:[^/?#]*@|[?&](password|sslpassword)=/i.test(url)

export const organisationSchema = z
  .strictObject({
    organisation: kebab.describe('Id of the organisation; written on every host that is managed.'),
    stateBackend: z
      .string()
      .regex(/^(file|postgres|postgresql|s3|azblob|gs|https?):\/\/.+/, {
        error: 'a URL: file://, postgres://, s3://, azblob://, gs:// or https://',
      })
      .refine(hasNoPassword, {
        error:
          'a URL without a password, which every host would be told; the engine takes it from PGPASSWORD or PGPASSFILE',
      })
      .describe(
        'Where stack state lives. A file:// path that does not start with / is relative to this folder.',
      )
      .meta({ examples: ['file://../../.chancery/state'] }),
    passphraseFile: text
      .optional()
      .describe(
        'File with the passphrase of the states’ secrets, relative to this folder; every operator has the same. The environment (PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE) goes first. Absent: the environment has it, unless the states lie in a .chancery folder.',
      )
      .meta({ examples: ['../../.chancery/passphrase'] }),
    leases: z
      .strictObject({
        postgres: z
          .string()
          .regex(/^postgres(ql)?:\/\/.+/, { error: 'a URL: postgres://account@server/database' })
          .refine(hasNoPassword, {
            error: 'a URL without a password; it is taken from PGPASSWORD or PGPASSFILE, else ~/.pgpass',
          })
          .describe(
            'Database that they lie in, in a schema of its own (chancery). sslmode=disable, require (the default, as for states), verify-ca or verify-full, with sslrootcert=FILE.',
          )
          .meta({ examples: ['postgres://chancery@db.example/state?sslmode=verify-full'] }),
      })
      .optional()
      .describe(
        'Where it is kept who uses which link, for machines that use the same links. Absent: each machine keeps it for itself, so that only one may use them.',
      ),
    knownHosts: text.describe('File of host keys in OpenSSH format, relative to this folder.'),
    defaults: z
      .strictObject({
        account: text,
        port,
        key: text.optional().describe('Private key file, relative to this folder; absent = the SSH agent.'),
      })
      .describe('What a host has whose cell in hosts.csv is empty.'),
    conference: conferenceSchema.optional(),
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
      .strictObject({ budget: budget.optional(), windows: windows.optional(), video: video.optional() })
      .optional()
      .describe('Replaces what the link’s class says.'),
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
  blackouts: blackoutsSchema,
  'second-lines': secondLinesSchema,
  rollout: rolloutSchema,
} as const
