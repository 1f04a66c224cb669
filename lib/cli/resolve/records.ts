import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { HostBatch } from '../../reconcile/batch.ts'
import type { Owner } from '../../transport/wire.ts'
import { hostScript } from '../host/scripts.ts'
import { ownersIn } from '../import/host-list.ts'

/** Records of one host by the hash of their thing's key. */
export type HostRecords = ReadonlyMap<string, Owner>

/** Reads every record of whose each thing is on a host; travels with the looks that are asked at the same time. */
export async function readRecords(
  batch: HostBatch,
  abort?: AbortSignal,
): Promise<Result<HostRecords, Failure>> {
  const script = hostScript('ownership-records')
  const answer = await batch.request(
    { op: 'observe', key: 'chancery:List|records', script: script.hash, params: {} },
    [script],
    abort,
  )
  if (!answer.ok) return answer
  const reply = answer.value
  if (reply.ok && reply.op === 'observe' && reply.seen !== null) return ok(ownersIn(reply.seen))
  const because = !reply.ok && reply.why === 'error' ? reply.error.message : 'the host gave no answer to this'
  return err({ kind: 'unobservable', host: batch.host, resource: 'whose each thing is', because })
}
