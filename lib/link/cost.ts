import type { Link } from '../domain/site.ts'

/** What a plan asks of a link: counts that its steps give. */
export type Workload = {
  /** Connections that have to be opened first: hosts without a session. */
  readonly connections: number
  /** Frames that wait for each other: 1 for a flat set, one more for each level of dependence. */
  readonly exchanges: number
  /** Things that are looked at, guards included. */
  readonly observes: number
  /** Operations that change something. */
  readonly applies: number
  /** Scripts that the host may lack, bytes after deflate. */
  readonly scriptBytes: number
  /** Parameters of all of it together, bytes of JSON after deflate. */
  readonly paramsBytes: number
}

/** What it costs. */
export type Estimate = {
  /** To the site, IP bytes. */
  readonly bytesUp: number
  /** From the site, IP bytes. */
  readonly bytesDown: number
  readonly roundTrips: number
  /** From the first byte to the last answer, the host's own work included, ms: what goes out at the budget's pace, what comes in at the line's. */
  readonly ms: number
  /** Bytes and time may be far less: a host may have a part of what is counted. Absent = it is as reckoned. */
  readonly atMost?: true
}

/** Constants of the estimate, in one place; sources: measurements over the packet-level emulator at 600 ms and 512 kbit/s. */
export type CostParameters = typeof costParameters

export const costParameters = {
  /** TCP 1, identification and KEXINIT 2, key exchange 1, waiting behind SERVICE_ACCEPT 1; the first frame rides along. */
  connectionRoundTrips: 5,
  /** Key exchange, authentication and channel of one connection, IP bytes. */
  connectionBytesUp: 2_600,
  connectionBytesDown: 2_000,
  /** The command that starts the worker, and the worker itself, deflated. */
  workerBytesUp: 5_800,
  /** Start of the worker on the host, ms. */
  workerHostMs: 750,
  /** What a frame takes whatever is in it: hashes, names and the table of its compression. */
  exchangeBytesUp: 430,
  exchangeBytesDown: 80,
  /** One thing more to look at, with the hash that is expected; one operation more. Deflated, as part of a frame. */
  observeBytesUp: 55,
  applyBytesUp: 30,
  /** One answer with its observation and owner. The host doesn't deflate what it prints. */
  observeBytesDown: 430,
  applyBytesDown: 460,
  /** Deflated lines travel as base64. */
  base64: 4 / 3,
  /** IP, TCP and SSH headers on what is sent. */
  headers: 1.06,
  /** Work on the host, ms. */
  observeHostMs: 10,
  applyHostMs: 40,
  /** Part of the budget that the pacer uses. */
  pacedShare: 0.95,
} as const

/**
 * Estimates a plan, by formula:
 *
 *     roundTrips = connections × 5 + exchanges
 *     bytesUp    = connections × (2600 + 5800) + (exchanges × 430 + observes × 55 + applies × 30 + (params + scripts) × 4/3) × 1.06
 *     bytesDown  = connections × 2000 + (exchanges × 80 + observes × 430 + applies × 460) × 1.06
 *     ms         = roundTrips × rtt + bytesUp ÷ (95 % of the budget) + bytesDown ÷ line + host
 *     host       = connections × 750 + observes × 10 + applies × 40
 *
 * Connections of several hosts count one after the other: the upper bound, which a satellite link's one job at a time comes to.
 * @param budgetKbitPerS what may be used of the line when it starts; see `budgetAt`
 */
export function estimate(
  work: Workload,
  line: Pick<Link, 'kbitPerS' | 'rttMs'>,
  budgetKbitPerS: number,
  p: CostParameters = costParameters,
): Estimate {
  const { connections, exchanges, observes, applies } = work
  const roundTrips = connections * p.connectionRoundTrips + exchanges
  const sent =
    exchanges * p.exchangeBytesUp +
    observes * p.observeBytesUp +
    applies * p.applyBytesUp +
    (work.paramsBytes + work.scriptBytes) * p.base64
  const bytesUp = Math.round(connections * (p.connectionBytesUp + p.workerBytesUp) + sent * p.headers)
  const answered =
    observes * p.observeBytesDown + applies * p.applyBytesDown + exchanges * p.exchangeBytesDown
  const bytesDown = Math.round(connections * p.connectionBytesDown + answered * p.headers)
  const hostMs = connections * p.workerHostMs + observes * p.observeHostMs + applies * p.applyHostMs
  const ms =
    roundTrips * line.rttMs +
    (bytesUp * 8) / (budgetKbitPerS * p.pacedShare) +
    (bytesDown * 8) / line.kbitPerS +
    hostMs
  return { bytesUp, bytesDown, roundTrips, ms: Math.round(ms) }
}

/** Estimates of plans that share a link, one after the other. */
export const totalEstimate = (parts: readonly Estimate[]): Estimate =>
  parts.reduce<Estimate>(
    (sum, { bytesUp, bytesDown, roundTrips, ms, atMost }) => ({
      bytesUp: sum.bytesUp + bytesUp,
      bytesDown: sum.bytesDown + bytesDown,
      roundTrips: sum.roundTrips + roundTrips,
      ms: sum.ms + ms,
      ...(sum.atMost === true || atMost === true ? { atMost: true as const } : {}),
    }),
    { bytesUp: 0, bytesDown: 0, roundTrips: 0, ms: 0 },
  )
