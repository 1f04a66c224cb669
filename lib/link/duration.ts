import type { Link } from '../domain/site.ts'
import { costParameters, type Estimate } from './cost.ts'
import { budgetAt, transferEnd, type Timed } from './timetable.ts'

const { pacedShare } = costParameters

/**
 * How long a plan takes that starts at an instant, ms: what goes up follows the timetable from there on, the rest is what it was when the
 * estimate was made.
 * @param madeAt the instant whose budget the estimate rests on
 */
export function durationFrom(
  link: Timed & Pick<Link, 'rttMs' | 'kbitPerS'>,
  cost: Estimate,
  madeAt: number,
): (start: number) => number {
  const goingUp = (cost.bytesUp * 8) / (budgetAt(link, madeAt).kbitPerS * pacedShare)
  const least = cost.roundTrips * link.rttMs + (cost.bytesDown * 8) / link.kbitPerS
  const rest = Math.max(cost.ms - goingUp, least)
  return (start) => transferEnd(link, cost.bytesUp, pacedShare, start) - start + Math.round(rest)
}
