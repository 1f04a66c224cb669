import type { Result } from '../domain/result.ts'
import type { OpBody } from '../transport/port.ts'
import type { Reply } from '../transport/wire.ts'
import { isBusy } from './busy.ts'

/** What is about to be done to one thing on a host. No value of it: what was wanted is in the program, what was seen on the host. */
export type Intent = {
  readonly host: string
  readonly urn: string
  /** `windows:File|c:\\motd.txt`: kind token and identity. */
  readonly key: string
  readonly operation: string
  /** Of its steps, in order. */
  readonly verbs: readonly string[]
  /** Hash of the observation that the steps were decided on, or `absent`. */
  readonly expect: string
}

/** `failed`: the host answered that a step failed, or it looks neither as before nor as wanted. */
export type IntentEnd = 'done' | 'not-begun' | 'failed'

/** Where it is written what is about to be done, and how it ended; what has no end was in flight when the process ended. */
export interface Intents {
  /** Returns once all are on the disk, with an id each. The error says why they can't be written: then nothing may be sent. */
  begin(intents: readonly Intent[]): Result<readonly number[], string>
  /** One whose end can't be written counts as in flight: it is looked at once more, which harms nothing. */
  end(id: number, how: IntentEnd): void
}

/** Of an operation of a frame; undefined for one that changes nothing. */
export function intentOf(host: string, body: OpBody): Intent | undefined {
  if (body.op !== 'apply') return undefined
  const { key, own, expect, steps } = body
  return {
    host,
    // A free command has no record on the host; its key ends in its URN.
    urn: own?.urn ?? key.slice(key.indexOf('|') + 1),
    key,
    operation: own?.operation ?? 'run',
    verbs: steps.map(({ name }) => name),
    expect,
  }
}

/** How an act ended that was answered. */
export function endOf(reply: Reply): IntentEnd {
  if (reply.ok) return 'done'
  return reply.why === 'error' && !isBusy(reply) ? 'failed' : 'not-begun'
}
