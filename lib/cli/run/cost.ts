import { deflateRawSync } from 'node:zlib'
import type { Link } from '../../domain/site.ts'
import { budgetAt } from '../../link/timetable.ts'
import type { Content } from '../../kinds/kind.ts'
import { costParameters, type Estimate, estimate } from '../../link/cost.ts'
import type { ExpectedBytes } from '../delivery/expected.ts'
import { contentsOf } from '../../provider/source-files.ts'
import type { BookEntry, PlanBook } from '../../reconcile/book.ts'
import { scriptOf } from '../../reconcile/loaded-kind.ts'
import { lookOf } from '../../reconcile/target.ts'
import type { PreviewRow } from './types.ts'

/**
 * What carrying out a plan book costs on its link, on the sessions that the preview opened. `depth`: longest chain of dependence;
 * `expected`: what each content that a host needs will take of the link.
 */
export async function costOf(
  book: PlanBook,
  rows: readonly PreviewRow[],
  link: Link,
  now: number,
  depth: number,
  expected: (host: string, content: Content) => Promise<ExpectedBytes>,
): Promise<Estimate> {
  const runs = new Set(rows.filter((row) => row.failure === undefined).map((row) => row.urn))
  const acts = book
    .all()
    .filter(isAct)
    .filter((e) => runs.has(e.target.urn))
  const guards = acts.length === 0 ? [] : book.all().filter((e) => e.guardAtStart && e.decision.do !== 'fail')
  const hosts = new Set(acts.map((e) => e.target.host))
  const texts = new Map(acts.flatMap((e) => scriptsIn(e).map((s) => [s.hash, s.text] as const)))
  const params = [
    ...guards.map((e) => lookOf(e.target).params),
    ...acts.flatMap((e) => e.decision.steps.map((s) => s.params)),
  ]
  const work = {
    connections: 0,
    exchanges: acts.length === 0 ? 0 : hosts.size * Math.max(1, depth),
    observes: guards.length,
    applies: acts.length,
    scriptBytes: deflated([...texts.values()].join('\n')),
    paramsBytes: deflated(params.map((p) => JSON.stringify(p)).join('\n')),
  }
  const budget = budgetAt(link, now).kbitPerS
  const contents = await Promise.all(contentsIn(acts).map(([host, content]) => expected(host, content)))
  return withContents(estimate(work, link, budget), contents, link, budget)
}

/** What the plan needs in the stores of its hosts, each content once a host. */
const contentsIn = (acts: readonly Act[]): readonly (readonly [host: string, content: Content])[] => {
  const all = new Map<string, readonly [string, Content]>()
  for (const { target, decision } of acts)
    for (const content of contentsOf(target, decision.steps))
      all.set(`${target.host} ${content.sha256}`, [target.host, content])
  return [...all.values()]
}

/** Heads of chunks and SSH's own, beside TCP's and IP's. */
const deliveryOverhead = 1.02
/** Of a channel: its command, the receiver, and the questions and answers about one content; IP bytes. */
const deliveryBytesUp = 7_200
const deliveryBytesDown = 1_000
/** Of a channel: opened, the receiver started, the content opened, finished. */
const deliveryRoundTrips = 5

function withContents(
  cost: Estimate,
  contents: readonly ExpectedBytes[],
  link: Link,
  budgetKbitPerS: number,
): Estimate {
  if (contents.length === 0) return cost
  const { headers, pacedShare } = costParameters
  const sent = contents.reduce((sum, { bytes }) => sum + bytes, 0) * deliveryOverhead
  const up = sent * headers + contents.length * deliveryBytesUp
  const roundTrips = contents.length * deliveryRoundTrips
  return {
    bytesUp: Math.round(cost.bytesUp + up),
    bytesDown: cost.bytesDown + contents.length * deliveryBytesDown,
    roundTrips: cost.roundTrips + roundTrips,
    ms: Math.round(cost.ms + roundTrips * link.rttMs + (up * 8) / (budgetKbitPerS * pacedShare)),
    ...(contents.some(({ atMost }) => atMost) ? { atMost: true as const } : {}),
  }
}

type Act = BookEntry & { decision: Extract<BookEntry['decision'], { do: 'act' }> }
const isAct = (entry: BookEntry): entry is Act => entry.decision.do === 'act'

const scriptsIn = (entry: Act) => entry.decision.steps.map((s) => scriptOf(entry.target.loaded, s.verb))

const deflated = (text: string): number => (text === '' ? 0 : deflateRawSync(Buffer.from(text)).length)
