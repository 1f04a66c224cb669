import type { Failure } from '../../domain/failure.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'
import type { Host, Site } from '../../domain/site.ts'
import type { Delivered, DeliverySource } from '../../transport/delivery/contract.ts'
import { localTime, type Rules, whyClosed, windowAt } from '../../link/window.ts'
import type { BringOrder, Contents } from '../delivery/contents.ts'
import { outcomeOf } from '../run/classify.ts'

export type PushRequest = {
  readonly contents: Pick<Contents, 'bring'>
  readonly sources: readonly DeliverySource[]
  readonly sites: readonly PushedSite[]
  readonly abort: AbortSignal
  readonly now: number
  /** A site whose window is closed is waited for; otherwise it is deferred. */
  readonly wait: boolean
  readonly order?: BringOrder
  /** Windows and blackouts that hold at a site; none = its files may be sent at any time. */
  readonly rules: (site: string) => readonly Rules[]
  /** Hears how each site ended. */
  readonly ended?: (report: PushedReport) => void
}

export type PushedSite = { readonly site: Site; readonly hosts: readonly Host[] }

/** What became of one content on one host. */
export type PushedContent = {
  readonly host: string
  readonly name: string
  readonly sha256: string
  readonly size: number
} & (
  | { readonly delivered: Pick<Delivered, 'how' | 'sent' | 'received' | 'resumedAt' | 'base' | 'notes'> }
  | { readonly failure: Failure }
)

export type PushedReport = {
  readonly site: string
  readonly outcome: SiteOutcome
  readonly because?: string
  readonly contents: readonly PushedContent[]
}

/** Brings contents into the stores of the hosts of many sites; sites at once, each by itself, in the order of its link. */
export const push = (request: PushRequest): Promise<readonly PushedReport[]> =>
  Promise.all(
    request.sites.map(async (one) => {
      const report = await pushTo(one, request)
      request.ended?.(report)
      return report
    }),
  )

async function pushTo({ site, hosts }: PushedSite, request: PushRequest): Promise<PushedReport> {
  const { contents, sources, abort, order = {} } = request
  const waits = waitsFor(site, request)
  if (waits !== undefined) return { site: site.id, outcome: 'deferred', because: waits, contents: [] }
  const done: PushedContent[] = []
  for (const { id } of hosts) {
    for (const source of sources) {
      const base = { host: id, name: source.name, sha256: source.sha, size: source.size }
      const brought = await contents.bring(id, source, abort, order)
      if (!brought.ok) {
        done.push({ ...base, failure: brought.error })
        if (brought.error.kind !== 'refused') break
        continue
      }
      const { how, sent, received, resumedAt, base: against, notes } = brought.value
      done.push({ ...base, delivered: { how, sent, received, resumedAt, base: against, notes } })
    }
  }
  const failures = done.flatMap((one) => ('failure' in one ? [one.failure] : []))
  if (abort.aborted && failures.every(({ kind }) => kind === 'interrupted')) {
    const because = 'interrupted; what arrived stays there, and the same command goes on from it'
    return { site: site.id, outcome: 'deferred', because, contents: done }
  }
  return { site: site.id, ...outcomeOf(failures), contents: done }
}

/** Why nothing is sent to a site now; undefined = it is. */
function waitsFor(site: Site, { now, wait, order, rules }: PushRequest): string | undefined {
  const all = rules(site.id)
  if (wait || all.length === 0) return undefined
  const window = windowAt(all, now)
  if (window.open) return undefined
  const next =
    window.opens === undefined ? 'it never opens' : `it opens at ${localTime(site.timeZone, window.opens)}`
  const [undone, waiting] = order?.bundle === undefined ? ['sent', '--wait, or '] : ['picked up', '']
  return `${whyClosed(all, now)}; ${next}. Nothing was ${undone}. Run again then, or add ${waiting}--now --reason.`
}
