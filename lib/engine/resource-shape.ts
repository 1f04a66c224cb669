import { z } from 'zod'
import { organisationMark } from '../domain/organisation-mark.ts'

/** A resource as a checkpoint or an export of it has it. */
export const resourceShape = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().default(''),
  custom: z.boolean().default(false),
  protect: z.boolean().default(false),
  parent: z.string().default(''),
  /** Sorted: the engine writes them in the order in which it heard of them, another one from run to run. */
  dependencies: z
    .array(z.string())
    .default([])
    .transform((urns) => urns.toSorted()),
  inputs: z.record(z.string(), z.json()).default({}),
  outputs: z.record(z.string(), z.json()).default({}),
  initErrors: z.array(z.string()).default([]),
  /** Still to be removed: the old half of a replacement. */
  delete: z.boolean().default(false),
  /** Removed already, and not made again yet. */
  pendingReplacement: z.boolean().default(false),
  ignoreChanges: z.array(z.string()).default([]),
  /** When the state of it was last written, RFC 3339. */
  modified: z.string().optional(),
})

/** A resource as the last checkpoint has it. Secrets are in the clear and marked, as a provider gets them: never written anywhere. */
export type StateResource = Readonly<z.infer<typeof resourceShape>>

/** `project/stack` of the first resource that is of another stack than it should be; undefined when all are of this one. */
export function strayStack(
  resources: readonly Pick<StateResource, 'urn'>[],
  { project, stack }: { readonly project: string; readonly stack: string },
): string | undefined {
  const urns = resources.map(({ urn }) => urn.split('::'))
  const stray = urns.find(([head, of]) => head !== `urn:pulumi:${stack}` || of !== project)
  return stray === undefined ? undefined : `${stray[1] ?? ''}/${(stray[0] ?? '').replace('urn:pulumi:', '')}`
}

/** Of a resource, what says whose the state is. */
export type Marked = Pick<StateResource, 'type' | 'inputs'>

/** The organisation that a state says it is of; undefined: nobody's yet. */
export function organisationOf(resources: readonly Marked[]): string | undefined {
  for (const { type, inputs } of resources) {
    const mark = type.startsWith('pulumi:providers:') ? inputs[organisationMark] : undefined
    if (typeof mark === 'string' && mark !== '') return mark
  }
  return undefined
}
