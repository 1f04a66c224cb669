import fc from 'fast-check'
import type { Json, JsonObject } from '../../domain/json.ts'
import {
  type CommandPlan,
  type Digests,
  type PlanBody,
  type PlanPart,
  planFormat,
  plannedOperations,
  type ResourcePlan,
  type SitePlan,
  type StepPlan,
} from './document.ts'
import { keyCheck, type Sealer, sealerOf } from './seal.ts'

export const sealer: Sealer = sealerOf('correct horse', ['ministry', 'file:///state'])

/** Names that a file may hold, those of JavaScript's own among them. */
const name = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('constructor', 'toString', '$secret', '$$later', 'a\u0000b', 'naïve'),
)
const text = fc.string({ maxLength: 12, unit: 'binary' })
const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
const object: fc.Arbitrary<JsonObject> = fc.dictionary(name, json, { maxKeys: 4, noNullPrototype: true })
const digests: fc.Arbitrary<Digests> = fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true })
const texts = fc.array(text, { maxLength: 3 })
const operation = fc.constantFrom('create', 'update', 'delete' as const)
const instant = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString())

const step: fc.Arbitrary<StepPlan> = fc.record({
  verb: text,
  because: text,
  changes: texts,
  effects: fc.subarray(['powers-off', 'deletes-data'] as const),
  limitMs: fc.option(fc.integer({ min: 1 })),
  params: object,
})

const guard: fc.Arbitrary<PlanPart['guard']> = fc.oneof(
  fc.record({ at: fc.constant('never' as const) }),
  fc.record({
    at: fc.constantFrom('start' as const, 'removed' as const),
    expects: fc.oneof(
      fc.constant('absent'),
      fc.constant(`sha256:${'0a'.repeat(32)}`),
      fc.constant(`sealed:${'-_'.repeat(11)}`),
    ),
    seen: fc.option(object),
    owner: text,
  }),
)

const part: fc.Arbitrary<PlanPart> = fc
  .tuple(
    fc.record({ operation, because: text, want: digests, guard }),
    fc.oneof(
      fc.record({
        do: fc.constant('act' as const),
        adopt: fc.boolean(),
        steps: fc.array(step, { maxLength: 2 }),
      }),
      fc.record({ do: fc.constantFrom('nothing' as const, 'waits' as const) }),
      fc.record({ do: fc.constant('replace' as const), properties: texts }),
    ),
  )
  .map(([base, deed]) => ({ ...base, ...deed }))

const resource: fc.Arbitrary<ResourcePlan> = fc.record({
  urn: text,
  kind: text,
  name: text,
  host: text,
  after: texts,
  parts: fc.uniqueArray(part, { minLength: 1, maxLength: 2, selector: (one) => one.operation }),
})

const command: fc.Arbitrary<CommandPlan> = fc.record({
  operation,
  urn: text,
  host: text,
  guarded: fc.constant(false as const),
  runs: fc.boolean(),
  text,
})

const count = fc.nat()

/** A plan of one site. */
export const anySite: fc.Arbitrary<SitePlan> = fc.record({
  site: text,
  stack: text,
  link: fc.record({ medium: text, kbitPerS: count, rttMs: count }),
  cost: fc.record({ bytesUp: count, bytesDown: count, roundTrips: count, ms: count }),
  seenAt: instant,
  resources: fc.uniqueArray(resource, { maxLength: 3, selector: (one) => one.urn }),
  commands: fc.array(command, { maxLength: 2 }),
  restsOn: fc.record({ inventory: digests, program: digests, state: digests }),
})

/** Any plan that the format can hold. */
export const anyPlan: fc.Arbitrary<PlanBody> = fc.record({
  chancery: fc.constant('plan' as const),
  format: fc.constant(planFormat),
  made: fc.record({ at: instant, by: text, on: text, with: text }),
  operation: fc.constantFrom(...plannedOperations),
  organisation: text,
  backend: text,
  program: text,
  rollout: fc.option(text),
  allowDataLoss: texts,
  versions: fc.record({ engine: text, wire: count, worker: text, scripts: digests }),
  key: fc.constant(keyCheck(sealer)),
  sites: fc.uniqueArray(anySite, { maxLength: 2, selector: (one) => one.site }),
  left: fc.array(fc.record({ site: text, outcome: text, because: text }), { maxLength: 2 }),
})
