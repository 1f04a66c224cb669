import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { HostPort } from '../../transport/port.ts'
import { hostScript } from '../host/scripts.ts'

const shape = z.object({ started: z.string(), reasons: z.array(z.string()) })

/** When a host last started (FILETIME, text), and why it must restart; no reasons = it need not. */
export type RestartState = z.infer<typeof shape> & { readonly hash: string }

/** What became of one host. */
export type Restarted = {
  readonly host: string
  readonly was: 'not-needed' | 'restarted'
  readonly tookMs: number
}

const observeScript = hostScript('restart-state')
const restartScript = hostScript('restart')
const look = { key: 'chancery:Restart|host', script: observeScript.hash, params: {} } as const
const scripts = new Map([observeScript, restartScript].map((s) => [s.hash, s.text]))

/** How long a host may take to come back, and how often it is tried, ms. */
export const restartWaits = { longestMs: 15 * 60_000, everyMs: 5_000 } as const

async function restartState(port: HostPort, abort?: AbortSignal): Promise<Result<RestartState, Failure>> {
  const answer = await port.exchange(
    { scripts, guards: [], ops: [{ op: 'observe', ...look }] },
    undefined,
    abort,
  )
  if (!answer.ok) return answer
  const reply = answer.value.replies[0]
  if (reply?.ok !== true || reply.op !== 'observe') {
    const because =
      reply !== undefined && !reply.ok && reply.why === 'error' ? reply.error.message : 'no answer'
    return err({ kind: 'unobservable', host: port.host, resource: 'restart state', because })
  }
  const parsed = shape.safeParse(reply.seen)
  return parsed.success
    ? ok({ ...parsed.data, hash: reply.hash })
    : err({ kind: 'protocol', host: port.host, detail: 'restart-state.ps1 printed another shape' })
}

/**
 * Restarts a host that says it must, or any host with `always`, and waits until it is back: until it names another start.
 * A lost answer is no doubt: the time of the last start decides.
 */
export async function restartHost(
  port: HostPort,
  clock: Clock,
  options: {
    readonly always: boolean
    readonly waits?: typeof restartWaits | { longestMs: number; everyMs: number }
    readonly abort?: AbortSignal
  },
): Promise<Result<Restarted, Failure>> {
  const { always, waits = restartWaits, abort } = options
  const began = clock.now()
  const before = await restartState(port, abort)
  if (!before.ok) return before
  if (before.value.reasons.length === 0 && !always)
    return ok({ host: port.host, was: 'not-needed', tookMs: 0 })
  const steps = [{ name: 'restart', script: restartScript.hash, params: {} }]
  const op = { op: 'apply', ...look, expect: before.value.hash, own: null, steps } as const
  const sent = await port.exchange({ scripts, guards: [], ops: [op] }, undefined, abort)
  if (!sent.ok && sent.error.kind !== 'unknown') return sent
  const refused = sent.ok ? sent.value.replies[0] : undefined
  if (refused !== undefined && !refused.ok && refused.why !== 'error') {
    return err({
      kind: 'changed',
      host: port.host,
      resource: 'restart state',
      planned: null,
      now: refused.seen,
    })
  }
  if (refused !== undefined && !refused.ok && refused.why === 'error' && refused.step === 'restart') {
    const { fqid, category, message } = refused.error
    return err({
      kind: 'script',
      host: port.host,
      resource: 'restart',
      step: 'restart',
      fqid,
      category,
      message,
    })
  }
  while (clock.now() - began < waits.longestMs) {
    if (!(await clock.sleep(waits.everyMs, abort))) return err({ kind: 'interrupted', host: port.host })
    const now = await restartState(port, abort)
    if (now.ok && now.value.started !== before.value.started) {
      return ok({ host: port.host, was: 'restarted', tookMs: clock.now() - began })
    }
  }
  const detail = `it was told to restart and has not come back within ${Math.round(waits.longestMs / 60_000)} minutes`
  return err({ kind: 'unreachable', host: port.host, detail })
}
