import type { Failure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Result } from '../../domain/result.ts'
import type { Managed, Reply } from '../../transport/wire.ts'

/** `warn`: Chancery works, though not with everything. `fail`: it does not work with this host. */
export type Verdict = 'ok' | 'warn' | 'fail'

/** One thing that was looked at, what was found, and what a person does about it. */
export type Check = {
  readonly name: string
  readonly verdict: Verdict
  readonly found: string
  /** Empty where nothing is to do. */
  readonly fix: string
}

/** What the host answered to one of the doctor's scripts. */
export type Probe =
  | { readonly state: 'seen'; readonly seen: JsonObject | null }
  | { readonly state: 'error'; readonly fqid: string; readonly message: string }
  /** No answer: the frame ended without one. */
  | { readonly state: 'silent' }

/** Everything that the doctor learned of a host before it judges. */
export type Findings = {
  readonly host: string
  readonly account: string
  /** Round trip as the inventory declares it, ms. */
  readonly declaredRttMs: number
  /** Path of the key file that the inventory names and that is not there. */
  readonly missingKey?: string
  /** From where this estate's hosts are managed: organisation and backend. */
  readonly from: string
  /** Where leases of links lie, in words, and the name of that store; absent = it was not asked. */
  readonly leases?: { readonly where: string; readonly store: string }
  readonly exchange: Result<Session, Failure>
}

export type Session = {
  readonly probes: { readonly [script: string]: Probe }
  /** Version of PowerShell, as the worker says it. */
  readonly powershell: string | undefined
  /** Shortest of the round trips measured on the open connection, ms, the host's own work taken off. */
  readonly rttMs: number
  /** Our clock when the host read its own, ms; give or take half a round trip. */
  readonly askedAt: number
  /** From where the host says that it is managed; null = nobody has acted on it yet, without properties = its record can't be read. */
  readonly managed: Partial<Managed> | null
  /** Lines that are not of the protocol: banners, stray output. */
  readonly noise: readonly string[]
}

export function probeOf(reply: Reply | undefined): Probe {
  if (reply === undefined || (reply.ok && reply.op === 'ping')) return { state: 'silent' }
  if (reply.ok) return { state: 'seen', seen: reply.seen }
  if (reply.why === 'error') return { state: 'error', fqid: reply.error.fqid, message: reply.error.message }
  return { state: 'silent' }
}
