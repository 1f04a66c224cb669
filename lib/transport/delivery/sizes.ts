/** Chunks of about a third of a second of the budget: what a kill may cost, and how fine progress and acknowledgement are. */
const chunkMs = 350
const smallestChunk = 16 * 1024
const largestChunk = 512 * 1024

/** Link bytes of a chunk at a budget, a power of two. `kbitPerS`: kbit/s. */
export function chunkBytesFor(kbitPerS: number): number {
  const bytes = (kbitPerS / 8) * chunkMs
  const power = 2 ** Math.round(Math.log2(Math.max(1, bytes)))
  return Math.min(largestChunk, Math.max(smallestChunk, power))
}

/**
 * Most that is written and not answered, bytes: what the line holds in two round trips, and four chunks. Half of it carries a line that
 * loses nothing; the other half keeps TCP fed while it sends lost packets again.
 */
export const unansweredFor = (kbitPerS: number, rttMs: number): number =>
  Math.ceil((kbitPerS / 8) * rttMs * 2) + 4 * chunkBytesFor(kbitPerS)
