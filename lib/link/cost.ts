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
  /** Parameters, bytes of JSON. */
  readonly paramsBytes: number
}

/** What it costs. */
export type Estimate = {
  readonly bytesUp: number
  readonly bytesDown: number
  readonly roundTrips: number
  readonly ms: number
}

/** Constants of the estimate, in one place; sources: measurements over the packet-level emulator at 600 ms and 512 kbit/s. */
export type CostParameters = typeof costParameters

export const costParameters = {
  /** TCP 1, identification and KEXINIT 2, key exchange 1, waiting behind SERVICE_ACCEPT 1; the first frame rides along. */
  connectionRoundTrips: 5,
  /** Key exchange, authentication, channel and bootstrap of one connection, IP bytes. */
  connectionBytesUp: 2_600,
  connectionBytesDown: 2_000,
  /** Start of the worker on the host, ms. */
  connectionHostMs: 750,
  /** Envelope of a frame and of its end. */
  exchangeBytesUp: 60,
  exchangeBytesDown: 80,
  /** One operation without its parameters: key, hash of its script, expectation, owner. Before deflate. */
  observeBytesUp: 160,
  applyBytesUp: 520,
  /** One answer with its observation. The host doesn't deflate what it prints. */
  observeBytesDown: 300,
  applyBytesDown: 340,
  /** What deflate leaves of the lines of one frame, whose operations are alike. */
  deflated: 0.2,
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
 *     lines      = observes × 160 + applies × 520 + params        (before deflate)
 *     bytesUp    = connections × 2600 + ((lines × 0.2 + scripts) × 4/3 + exchanges × 60) × 1.06
 *     bytesDown  = connections × 2000 + (observes × 300 + applies × 340 + exchanges × 80) × 1.06
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
  const lines = observes * p.observeBytesUp + applies * p.applyBytesUp + work.paramsBytes
  const sent = (lines * p.deflated + work.scriptBytes) * p.base64 + exchanges * p.exchangeBytesUp
  const bytesUp = Math.round(connections * p.connectionBytesUp + sent * p.headers)
  const answered =
    observes * p.observeBytesDown + applies * p.applyBytesDown + exchanges * p.exchangeBytesDown
  const bytesDown = Math.round(connections * p.connectionBytesDown + answered * p.headers)
  const hostMs = connections * p.connectionHostMs + observes * p.observeHostMs + applies * p.applyHostMs
  const ms =
    roundTrips * line.rttMs +
    (bytesUp * 8) / (budgetKbitPerS * p.pacedShare) +
    (bytesDown * 8) / line.kbitPerS +
    hostMs
  return { bytesUp, bytesDown, roundTrips, ms: Math.round(ms) }
}

/** Estimates of plans that share a link, one after the other. */
export const totalEstimate = (parts: readonly Estimate[]): Estimate =>
  parts.reduce(
    (sum, { bytesUp, bytesDown, roundTrips, ms }) => ({
      bytesUp: sum.bytesUp + bytesUp,
      bytesDown: sum.bytesDown + bytesDown,
      roundTrips: sum.roundTrips + roundTrips,
      ms: sum.ms + ms,
    }),
    { bytesUp: 0, bytesDown: 0, roundTrips: 0, ms: 0 },
  )
