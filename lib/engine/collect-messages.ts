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
  /** Paths of the option of that name. */
  ignoreChanges: z.array(z.string()),
  /** The option of that name. */
  protect: z.boolean(),
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
  /**
   * Names of the outputs of a type, where each output is to have a text that tells whose it is instead of being unknown: what comes of
   * it shows in the inputs of others.
   */
  trace: z.record(z.string(), z.array(z.string())).optional(),
})

/** The text of an output that is traced. */
export const traced = (urn: string, output: string): string => `\u0001${urn}\u0001${output}\u0001`

/** A text taken apart at the outputs that it is made of; a single text where there are none. */
export function tracesIn(
  text: string,
): readonly (string | { readonly from: string; readonly output: string })[] {
  const pieces = text.split(/\u0001([^\u0001]*)\u0001([^\u0001]*)\u0001/)
  const parts: (string | { readonly from: string; readonly output: string })[] = []
  for (let i = 0; i < pieces.length; i += 3) {
    if (i > 0) parts.push({ from: pieces[i - 2]!, output: pieces[i - 1]! })
    if (pieces[i] !== '') parts.push(pieces[i]!)
  }
  return parts
}

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
