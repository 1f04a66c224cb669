import { z } from 'zod'

const problemShape = z.object({ message: z.string(), stack: z.string() })

const resourceShape = z.object({
  /** As the engine will name it. */
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  /** False: a component. */
  custom: z.boolean(),
  /** URN, or empty. */
  parent: z.string(),
  /** URNs of all it depends on, by its inputs or by name. */
  dependencies: z.array(z.string()),
  /** As they would reach a provider: unknown values are the engine's sentinel string, secrets are wrapped. */
  inputs: z.record(z.string(), z.json()),
})

/** What one call of the program declares. */
const collectionShape = z.object({
  /** That of the call. */
  id: z.string(),
  resources: z.array(resourceShape),
  /** What the program threw, at once or in an output; the resources are then those declared all the same. */
  problem: problemShape.optional(),
})

/** What the child is told. */
export const orderShape = z.object({
  /** URL of the module whose default export is the program. */
  program: z.string(),
  calls: z.array(
    z.object({
      /** Names the answer. */
      id: z.string(),
      project: z.string(),
      stack: z.string(),
      /** What the program is called with: plain data. */
      context: z.json(),
    }),
  ),
})

/** What it answers: `collected` for each call, in their order. */
export const answerShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('collected'), collection: collectionShape }),
  /** The module can't be loaded, or has no program. */
  z.object({ kind: z.literal('unusable'), problem: problemShape }),
  z.object({ kind: z.literal('done') }),
])

export type CollectedResource = Readonly<z.infer<typeof resourceShape>>
export type Collection = Readonly<z.infer<typeof collectionShape>>
export type CollectProblem = Readonly<z.infer<typeof problemShape>>
export type CollectOrder = z.infer<typeof orderShape>
export type CollectAnswer = z.infer<typeof answerShape>
