import { digestOf } from './canonical.ts'
import type { PlanBody, PlanDocument } from './document.ts'
import type { Sealer } from './seal.ts'

/** Completes a plan with its seal and its digest. */
export function sealPlan(body: PlanBody, sealer: Sealer): PlanDocument {
  const sealed = { ...body, seal: sealer.seal('plan', body) }
  return { ...sealed, integrity: digestOf(sealed) }
}

/** Whether whoever has this passphrase wrote it. */
export function isSealedBy({ seal, integrity: _, ...body }: PlanDocument, sealer: Sealer): boolean {
  return seal === sealer.seal('plan', body)
}

/** The text of the file: one item a line, names and lists always in the same order, a line break at its end. */
export const planText = (plan: PlanDocument): string => `${JSON.stringify(plan, undefined, 1)}\n`
