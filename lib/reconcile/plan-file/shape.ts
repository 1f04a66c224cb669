import { z } from 'zod'
import type { Json, JsonObject } from '../../domain/json.ts'
import { planFormat, type PlanDocument, plannedOperations } from './document.ts'

const text = z.string()
const texts = z.array(text)
const digests = z.record(text, text)
const count = z.number().int().nonnegative()
const json: z.ZodType<Json> = z.json()
const object: z.ZodType<JsonObject> = z.record(text, json)
const operation = z.enum(['create', 'update', 'delete'])
const instant = z.iso.datetime()

/** A list in which no two items have one name. */
const unique =
  <T>(of: string, key: (item: T) => string) =>
  (items: readonly T[], context: z.RefinementCtx): void => {
    const seen = new Set<string>()
    for (const [i, item] of items.entries()) {
      if (seen.has(key(item)))
        context.addIssue({
          code: 'custom',
          path: [i],
          message: `expected each ${of} once, received one twice`,
        })
      seen.add(key(item))
    }
  }

const guard = z.discriminatedUnion('at', [
  z.strictObject({
    at: z.enum(['start', 'removed']),
    expects: z
      .string()
      .regex(/^(absent|sha256:[0-9a-f]{64}|sealed:[\w-]{22})$/, 'expected absent, sha256:… or sealed:…'),
    seen: object.nullable(),
    owner: text,
  }),
  z.strictObject({ at: z.literal('never') }),
])

const step = z.strictObject({
  verb: text,
  because: text,
  changes: texts,
  effects: z.array(
    z.enum([
      'powers-off',
      'restarts-service',
      'needs-host-restart',
      'may-cut-management-path',
      'deletes-data',
    ]),
  ),
  limitMs: z.number().int().positive().nullable(),
  params: object,
})

const part = { operation, because: text, want: digests, guard }
const parts = z
  .array(
    z.discriminatedUnion('do', [
      z.strictObject({ do: z.literal('act'), ...part, adopt: z.boolean(), steps: z.array(step) }),
      z.strictObject({ do: z.literal('nothing'), ...part }),
      z.strictObject({ do: z.literal('replace'), ...part, properties: texts }),
      z.strictObject({ do: z.literal('waits'), ...part }),
    ]),
  )
  .min(1)
  .superRefine(unique('operation', ({ operation }) => operation))

const site = z.strictObject({
  site: text,
  stack: text,
  link: z.strictObject({ medium: text, kbitPerS: z.number(), rttMs: z.number() }),
  cost: z.strictObject({ bytesUp: count, bytesDown: count, roundTrips: count, ms: count }),
  seenAt: instant,
  resources: z
    .array(z.strictObject({ urn: text, kind: text, name: text, host: text, after: texts, parts }))
    .superRefine(unique('URN', ({ urn }) => urn)),
  commands: z.array(
    z.strictObject({
      operation,
      urn: text,
      host: text,
      guarded: z.literal(false),
      runs: z.boolean(),
      text,
    }),
  ),
  restsOn: z.strictObject({ inventory: digests, program: digests, state: digests }),
})

/** The shape of a plan's file, which is not lenient: what a later format adds is told by its number. */
export const planShape: z.ZodType<PlanDocument> = z.strictObject({
  chancery: z.literal('plan'),
  format: z.literal(planFormat),
  made: z.strictObject({ at: instant, by: text, on: text, with: text }),
  operation: z.enum(plannedOperations),
  organisation: text,
  backend: text,
  program: text,
  rollout: text.nullable(),
  allowDataLoss: texts,
  versions: z.strictObject({ engine: text, wire: count, worker: text, scripts: digests }),
  key: text,
  sites: z.array(site).superRefine(unique('site', (one) => one.site)),
  left: z.array(z.strictObject({ site: text, outcome: text, because: text })),
  seal: text,
  integrity: text,
})
