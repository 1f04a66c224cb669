import type { Failure } from '../../domain/failure.ts'
import { ok, type Result } from '../../domain/result.ts'
import type { HostPort } from '../../transport/port.ts'
import type { Managed } from '../../transport/wire.ts'

/** From where a host is managed, as it says. */
export type Standing = {
  /** Null: nobody has acted on it yet. Without properties: its record can't be read. */
  readonly managed: Partial<Managed> | null
  /** How long ago somebody acted, ms by the host's clock; undefined = not known. */
  readonly quietMs: number | undefined
}

/** Whoever acted on a host less than this ago may still be at it, ms. */
const aliveMs = 60_000

/** What became of one host. `alive`: somebody acts on it right now, so it was left alone. */
export type Takeover =
  | { readonly host: string; readonly state: 'free'; readonly before: null }
  | {
      readonly host: string
      readonly state: 'alive'
      readonly before: Partial<Managed>
      readonly quietMs: number
    }
  | { readonly host: string; readonly state: 'taken'; readonly before: Partial<Managed> }

/** Asks a host from where it is managed. Changes nothing. */
export async function standingOf(port: HostPort, abort?: AbortSignal): Promise<Result<Standing, Failure>> {
  const answer = await port.exchange(ping, undefined, abort)
  if (!answer.ok) return answer
  const reply = answer.value.replies[0]
  if (reply?.ok !== true || reply.op !== 'ping')
    return { ok: false, error: { kind: 'protocol', host: port.host, detail: 'no answer to a ping' } }
  const { managed } = reply
  const quietMs = Date.parse(port.hello?.time ?? '') - Date.parse(`${managed?.at?.replace(' ', 'T')}Z`)
  // A clock that was set back says nothing.
  return ok({ managed, quietMs: quietMs >= 0 ? quietMs : undefined })
}

/** What speaks against taking a host over; 'take' = nothing. Ours may be taken over too: its record begins anew, with this run's token. Pure. */
export function judgeStanding(
  host: string,
  { managed, quietMs }: Standing,
): Exclude<Takeover, { state: 'taken' }> | 'take' {
  if (managed === null) return { host, state: 'free', before: null }
  if (quietMs !== undefined && quietMs < aliveMs) return { host, state: 'alive', before: managed, quietMs }
  return 'take'
}

/** Makes a host ours, unless its record has changed since it was looked at: then `managed`, with what it says now. */
export async function takeOver(
  port: HostPort,
  before: Partial<Managed>,
  because: string,
  abort?: AbortSignal,
): Promise<Result<Takeover, Failure>> {
  const answer = await port.exchange(
    { ...ping, takeover: { at: before.at ?? '', because } },
    undefined,
    abort,
  )
  return answer.ok ? ok({ host: port.host, state: 'taken', before }) : answer
}

const ping = { scripts: new Map<string, string>(), guards: [], ops: [{ op: 'ping' }] } as const
