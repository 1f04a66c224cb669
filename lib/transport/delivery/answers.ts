import { err, type Result } from '../../domain/result.ts'
import type { DeliveryFailure } from './contract.ts'
import type { DeliveryRefusal, DeliveryReply } from './wire.ts'

/** A refusal as the end of a delivery. */
export function refused(refusal: DeliveryRefusal): Result<never, DeliveryFailure> {
  const { id: _, ok: __, at, ...trouble } = refusal
  return err({ kind: 'refused', at, trouble })
}

/** An answer that was not asked for. */
export const strange = (reply: DeliveryReply): Result<never, DeliveryFailure> =>
  err({ kind: 'protocol', detail: `an answer to another request: ${JSON.stringify(reply).slice(0, 200)}` })
