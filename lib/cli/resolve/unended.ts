import type { StackState } from '../../engine/state.ts'
import type { Unended } from '../../reconcile/unended.ts'
import { brokenOff } from './earlier.ts'

/** Acts of a stack whose end was never written: in its state, and here in its work folder. */
export const unendedOf = (state: StackState | undefined, workFolder: string): Unended => ({
  inState: new Set((state?.pending ?? []).map(({ resource }) => resource.urn)),
  sent: new Set(brokenOff(workFolder).flatMap(({ open }) => open.map(({ urn }) => urn))),
})
