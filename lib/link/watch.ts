import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import type { Link } from '../domain/site.ts'
import type { Board, Fact, Kept } from './board.ts'
import { onPrimary, probed } from './failover.ts'
import type { LineName, OpenLink } from './link.ts'
import type { DialLine } from './probe-line.ts'
import { askConference, type AskHttp, videoLimit } from './video.ts'

/** How often shared facts are looked at, ms: a change reaches the pacer within twice this time. */
const lookEveryMs = 400
/** How often a process says what its links do, ms. */
const tellEveryMs = 1_000

export type WatchOptions = {
  /** Opened when the first link is watched. */
  readonly board: () => Board
  readonly clock: Clock
  readonly emit: Emit
  readonly ask: AskHttp
  readonly dial: DialLine
  /** Which process this is, for others. */
  readonly self: Omit<Fact<'process'>, 'state'>
  /** Another line carries from now on: connections over the old one are of no use. */
  readonly switched?: (link: string, line: LineName) => void
}

/** Keeps the open links of a process to what is known of them on this machine: live video, the line that carries. */
export interface LinkWatch {
  add(link: Link, open: OpenLink): void
  /** The line that carries, as this process knows it. */
  line(link: string): LineName
  /** Asks whether the primary carries until that is sure: resolves with the line to use from now on. */
  decide(link: string, abort?: AbortSignal): Promise<LineName>
  close(): void
}

type Watched = {
  readonly link: Link
  readonly open: OpenLink
  switched: Kept<'switch'> | undefined
  conference: Kept<'conference'> | undefined
  limit: number | undefined
  line: LineName
  asking: Promise<void> | undefined
  probing: Promise<void> | undefined
  told: string
}

export function watchLinks(options: WatchOptions): LinkWatch {
  const { clock, emit, ask, dial, self } = options
  const links = new Map<string, Watched>()
  const stop = new AbortController()
  let opened: Board | undefined
  let toldAt = -Infinity
  const board = (): Board => (opened ??= options.board())

  const readFacts = (watched: Watched): void => {
    const { id } = watched.link
    watched.switched = board().get('switch', id)
    watched.conference = watched.link.video?.probe && board().get('conference', id)
    if (watched.link.backup !== undefined) useLine(watched, board().get('line', id)?.fact)
  }
  const useLine = (watched: Watched, fact: Fact<'line'> | undefined): void => {
    const line = fact?.state.line ?? 'primary'
    if (line === watched.line) return
    watched.line = line
    watched.open.use(line)
    emit({
      kind: 'line',
      link: watched.link.id,
      state: line,
      because: fact?.because ?? 'nothing says otherwise',
    })
    options.switched?.(watched.link.id, line)
  }
  const limit = (watched: Watched): void => {
    const found = videoLimit(watched.link, watched.switched, watched.conference, clock.now())
    if (found?.kbitPerS === watched.limit) return
    const first = watched.conference === undefined && watched.switched === undefined
    watched.limit = found?.kbitPerS
    watched.open.limit(found?.kbitPerS)
    // What is merely assumed before anybody was asked is no news.
    if (first && found !== undefined) return
    emit({
      kind: 'line',
      link: watched.link.id,
      state: found === undefined ? 'no video' : 'video',
      because:
        found === undefined
          ? 'the timetable alone decides'
          : `at most ${found.kbitPerS} kbit/s: ${found.because}`,
    })
  }
  const askVideo = (watched: Watched): void => {
    const probe = watched.link.video?.probe
    const { id } = watched.link
    if (probe === undefined || watched.asking !== undefined) return
    if (!board().claim('conference', id, probe.everyMs, clock.now())) return
    watched.asking = askConference(probe, ask, watched.conference?.fact).then((fact) => {
      watched.asking = undefined
      if (stop.signal.aborted) return
      const failed = /can’t be asked/.test(fact.because)
      if (failed && watched.conference?.fact.because !== fact.because)
        emit({ kind: 'line', link: id, state: fact.live ? 'video' : 'no video', because: fact.because })
      board().put('conference', id, fact, clock.now())
      watched.conference = { link: id, at: clock.now(), fact }
      limit(watched)
    })
  }
  const probeLine = (watched: Watched, always: boolean): Promise<void> => {
    const { id, backup } = watched.link
    if (backup === undefined) return Promise.resolve()
    if (watched.probing !== undefined) return watched.probing
    const { probe } = backup
    if (!board().claim('line', id, always ? 0 : probe.everyMs, clock.now())) return Promise.resolve()
    watched.probing = dial(probe, stop.signal).then((failure) => {
      watched.probing = undefined
      if (stop.signal.aborted) return
      const before = board().get('line', id)?.fact
      const state = probed(before?.state ?? onPrimary, failure === undefined, probe)
      const same = before?.state.line === state.line
      const because =
        state.line === 'backup'
          ? `the primary line does not carry (${failure ?? 'not for long enough yet'})`
          : 'the primary line carries again'
      const fact = {
        state,
        because: same ? before.because : because,
        since: same ? before.since : clock.now(),
      }
      board().put('line', id, fact, clock.now())
      useLine(watched, fact)
    })
    return watched.probing
  }
  const tell = (watched: Watched): void => {
    const state = watched.open.state()
    const json = JSON.stringify(state)
    if (json === watched.told) return
    watched.told = json
    board().put('process', watched.link.id, { ...self, state }, clock.now())
    measure(watched.link.id, state.measuredRttMs, state.measuredKbitPerS)
  }
  const measure = (id: string, rttMs: number | undefined, kbitPerS: number | undefined): void => {
    const before = board().get('measured', id)?.fact
    if (
      (rttMs ?? before?.rttMs ?? null) === (before?.rttMs ?? null) &&
      (kbitPerS ?? before?.kbitPerS ?? null) === (before?.kbitPerS ?? null)
    )
      return
    const now = clock.now()
    board().put(
      'measured',
      id,
      {
        rttMs: rttMs ?? before?.rttMs ?? null,
        rttAt: rttMs === undefined ? (before?.rttAt ?? null) : now,
        kbitPerS: kbitPerS ?? before?.kbitPerS ?? null,
        rateAt: kbitPerS === undefined ? (before?.rateAt ?? null) : now,
      },
      now,
    )
  }
  const look = (): void => {
    const changed = board().changed()
    const elapsed = clock.elapsed?.() ?? clock.now()
    const tells = elapsed - toldAt >= tellEveryMs || elapsed < toldAt
    if (tells) toldAt = elapsed
    for (const watched of links.values()) {
      if (changed) readFacts(watched)
      limit(watched)
      askVideo(watched)
      void probeLine(watched, false)
      if (tells) tell(watched)
    }
  }
  const loop = async (): Promise<void> => {
    while (await clock.sleep(lookEveryMs, stop.signal)) look()
  }
  const watchedOf = (id: string): Watched => {
    const watched = links.get(id)
    if (watched === undefined) throw new Error(`Internal error: link ${id} is not watched`)
    return watched
  }

  return {
    add: (link, open) => {
      const watched: Watched = {
        link,
        open,
        switched: undefined,
        conference: undefined,
        limit: undefined,
        line: 'primary',
        asking: undefined,
        probing: undefined,
        told: '',
      }
      // What was known when nobody had probed for long is not known any more.
      const kept = link.backup && board().get('line', link.id)
      if (kept !== undefined && Math.abs(clock.now() - kept.at) > link.backup!.probe.holdMs)
        board().remove('line', link.id)
      if (links.size === 0) void loop()
      links.set(link.id, watched)
      readFacts(watched)
      limit(watched)
      askVideo(watched)
      tell(watched)
    },
    line: (id) => watchedOf(id).line,
    decide: async (id, abort) => {
      const watched = watchedOf(id)
      const { backup } = watched.link
      const signal = abort === undefined ? stop.signal : AbortSignal.any([abort, stop.signal])
      const before = watched.line
      for (let n = 0; backup !== undefined && n < backup.probe.failures; n++) {
        await probeLine(watched, true)
        const state = board().get('line', id)?.fact.state ?? onPrimary
        if (watched.line !== before || state.line === 'backup' || state.bad === 0) break
        if (!(await clock.sleep(Math.min(1_000, backup.probe.everyMs), signal))) break
      }
      return watched.line
    },
    close: () => {
      stop.abort()
      for (const id of links.keys()) opened?.remove('process', id)
      opened?.close()
      opened = undefined
    },
  }
}
