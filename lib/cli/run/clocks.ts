/** Clocks that differ by more than this are no matter of drift, ms. */
const apartMs = 30 * 60_000

/**
 * What is to be said where this machine's clock and a host's differ, for what is decided by date goes by this machine's: one of them is
 * wrong, and which is not known here. `theirs`: as the host said it when it was reached.
 */
export function clocksApart(theirs: string | undefined, now: number): string | undefined {
  const at = Date.parse(theirs ?? '')
  if (Number.isNaN(at) || Math.abs(at - now) < apartMs) return undefined
  const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
  return `this machine says that it is ${minute(now)} UTC, the host ${minute(at)} UTC: one of them is wrong. Windows, what is accepted until a day and the dates of the history go by this machine's.`
}
