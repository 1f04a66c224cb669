import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Clock } from '../../domain/clock.ts'
import { ok } from '../../domain/result.ts'
import type { Host, Site } from '../../domain/site.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { HostPort, OpBody } from '../../transport/port.ts'
import { type Findings, probeOf, type Session } from './check.ts'

/** The doctor's scripts, all of them looks, with their parameters. What is named here exists on no host. */
const looks: { readonly [script: string]: JsonObject } = {
  clock: {},
  rights: {},
  disk: {},
  session: {},
  feature: {},
  hyperv: {},
  'no-such-file': { path: 'C:\\chancery-doctor-no-such-file' },
  'no-such-service': { name: 'chancery-doctor-no-such-service' },
  'no-such-machine': { id: '00000000-0000-4000-8000-000000000000' },
}

/** Round trips measured after the first exchange; the shortest counts, as the link's own delay. */
const pings = 3

/** Looks at a host in one exchange, then measures its round trip. Changes nothing there. */
export async function examine(
  site: Site,
  host: Host,
  port: HostPort,
  clock: Clock,
  from: string,
  abort: AbortSignal,
): Promise<Findings> {
  const base = {
    host: host.id,
    from,
    account: host.account,
    declaredRttMs: site.link.rttMs,
    ...(host.key !== undefined && !existsSync(host.key) ? { missingKey: host.key } : {}),
  }
  const scripts = new Map<string, string>()
  const ops = Object.entries(looks).map(([name, params]): OpBody => {
    const text = readFileSync(new URL(`${name}.ps1`, import.meta.url), 'utf8')
    const hash = createHash('sha256').update(text).digest('hex')
    scripts.set(hash, text)
    return { op: 'observe', key: `doctor|${name}`, script: hash, params }
  })
  let answeredAt = clock.now()
  const first = await port.exchange(
    { scripts, guards: [], ops },
    (index) => {
      if (index === 0) answeredAt = clock.now()
    },
    abort,
  )
  if (!first.ok) return { ...base, exchange: first }

  let managed: Session['managed'] = null
  let rttMs = Number.POSITIVE_INFINITY
  for (let n = 0; n < pings; n++) {
    const asked = clock.now()
    const pong = await port.exchange(
      { scripts: new Map(), guards: [], ops: [{ op: 'ping' }] },
      undefined,
      abort,
    )
    if (!pong.ok) return { ...base, exchange: pong }
    const reply = pong.value.replies[0]
    if (reply?.ok === true && reply.op === 'ping') managed = reply.managed
    rttMs = Math.min(rttMs, Math.max(0, clock.now() - asked - pong.value.end.ms))
  }
  return {
    ...base,
    exchange: ok({
      probes: Object.fromEntries(
        Object.keys(looks).map((name, index) => [name, probeOf(first.value.replies[index])]),
      ),
      powershell: port.hello?.ps,
      rttMs,
      askedAt: answeredAt - rttMs / 2,
      managed,
      noise: first.value.noise,
    }),
  }
}
