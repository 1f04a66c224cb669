import { foreignStateText, organisationMark } from '../domain/organisation-mark.ts'
import { stackInUrn } from '../domain/urn.ts'
import type { Struct } from './calls.ts'
import type { StackRun } from './stack-run.ts'
import { unwrap } from './wire-values.ts'

/** The inputs of the provider as the state is to keep them: with whose it is. */
export const markedInputs = (run: StackRun, inputs: Struct): Struct => ({
  ...inputs,
  [organisationMark]: run.options.organisation,
})

/**
 * Why this provider does nothing with a state, by what that state keeps of the provider; undefined: it is ours, or says nothing yet.
 * `urn`: of the provider, where the call names it.
 */
export function foreignTo(run: StackRun, kept: Struct, urn = ''): string | undefined {
  const got = unwrap(kept).values[organisationMark]
  const { organisation } = run.options
  if (typeof got !== 'string' || got === organisation) return undefined
  return foreignStateText(stackInUrn(urn) || 'this stack', organisation, got)
}
