import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Holder } from './holder.ts'
import { type Beat, type HeldLink, leaseMs, type LeaseStore, type Taken } from './lease.ts'
import { atOnce, openFile, usable } from './lease-file.ts'
import {
  type HeldRow,
  heldRow,
  names,
  prepare,
  type ProcessRow,
  type WaitingRow,
  waitingRow,
} from './lease-rows.ts'
import type { SentLately } from './sent-lately.ts'
import { type ProcessId, processRuns, thisProcess, ticks } from './this-process.ts'

/** Who waits for a link asks again within this time, ms, or loses its place. */
const placeMs = 3_000

export type LeaseStoreParts = {
  readonly me: ProcessId
  /** Milliseconds since the machine started, the same for all its processes. */
  readonly ticks: () => number
  /** The clock on the wall, for people to read. */
  readonly now: () => number
  /** Largest size of the file, pages of SQLite. */
  readonly maxPages?: number
  /** Whether a process of the same place runs; one that doesn't holds nothing. */
  readonly runs: (process: Pick<ProcessId, 'pid' | 'started'>) => boolean
}

/**
 * Leases in a SQLite file, for the processes of one machine: each operation is one transaction, so a crash at any instant leaves
 * either the old holder or the new one. Rows stay when a link is released: tokens only grow. Throws `LeaseStoreUnusable`.
 */
export function openLeaseStore(file: string, parts: Partial<LeaseStoreParts> = {}): LeaseStore {
  return new SqliteLeases(file, { me: thisProcess(), ticks, now: Date.now, runs: processRuns, ...parts })
}

class SqliteLeases implements LeaseStore {
  readonly id: string
  readonly #file: string
  readonly #parts: LeaseStoreParts
  readonly #db: DatabaseSync
  /** Tells two openings of one process apart. */
  readonly #who = randomBytes(9).toString('base64url')
  /** What this opening holds. */
  readonly #mine = new Map<string, number>()

  constructor(file: string, parts: LeaseStoreParts) {
    this.#file = file
    this.#parts = parts
    this.#db = openFile(file, parts.maxPages)
    try {
      this.id = this.#atOnce(() => prepare(file, this.#db))
    } catch (cause) {
      this.#db.close()
      throw cause
    }
  }

  take(link: string, unmoved?: Beat): Promise<Taken> {
    return this.#settled((atOnce) => {
      // Who stands in line and asks again writes nothing.
      const refusal = this.#standsFresh(link) ? this.#refusal(this.#held(link), unmoved) : undefined
      return refusal ?? atOnce(() => this.#takeNow(link, unmoved))
    })
  }

  #takeNow(link: string, unmoved: Beat | undefined): Taken {
    const last = this.#held(link)
    const refusal = this.#refusal(last, unmoved)
    if (refusal !== undefined) {
      this.#wait(link)
      return refusal
    }
    const first = this.#line(link).find((row) => row.who !== this.#who && !this.#isGone(row, placeMs))
    const mine = this.#line(link).find((row) => row.who === this.#who)
    if (first !== undefined && (mine === undefined || first.seq < mine.seq)) {
      this.#wait(link)
      return { taken: false, by: holderOf(first), beat: undefined }
    }
    const token = (last?.token ?? 0) + 1
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO held (${names}, token, beat, held, sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, NULL)`,
      )
      .run(...this.#row(link), token)
    this.#leave(link)
    this.#mine.set(link, token)
    return { taken: true, token, restedMs: this.#restedMs(last), sent: last?.sent ?? undefined }
  }

  renew(link: string, token: number): ReturnType<LeaseStore['renew']> {
    return this.#settled((atOnce) =>
      atOnce(() => {
        const { changes } = this.#db
          .prepare('UPDATE held SET beat = beat + 1, at = ? WHERE link = ? AND token = ? AND held = 1')
          .run(this.#parts.ticks(), link, token)
        if (changes === 1)
          return { held: true, wanted: this.#line(link).some((row) => !this.#isGone(row, placeMs)) }
        const last = this.#held(link)
        return {
          held: false,
          by: last === undefined || (last.held === 0 && last.token === token) ? undefined : holderOf(last),
        }
      }),
    )
  }

  release(link: string, token: number, sent?: SentLately): Promise<void> {
    return this.#settled((atOnce) => {
      atOnce(() => this.#free(link, token, sent))
      if (this.#mine.get(link) === token) this.#mine.delete(link)
    })
  }

  leave(link: string): Promise<void> {
    return this.#settled((atOnce) => atOnce(() => this.#leave(link)))
  }

  holders(): Promise<readonly HeldLink[]> {
    return this.#settled(() => {
      const links = this.#db
        .prepare('SELECT link FROM held UNION SELECT link FROM waiting ORDER BY link')
        .all()
      return z
        .array(z.object({ link: z.string() }))
        .parse(links)
        .map(({ link }): HeldLink => {
          const last = this.#held(link)
          const held = last?.held === 1 && !this.#isGone(last, leaseMs)
          const waiting = this.#line(link).filter((row) => !this.#isGone(row, placeMs))
          return {
            link,
            token: last?.token ?? 0,
            holder: held ? holderOf(last) : undefined,
            waiting: waiting.map(holderOf),
          }
        })
        .filter(({ holder, waiting }) => holder !== undefined || waiting.length > 0)
    })
  }

  async close(): Promise<void> {
    try {
      if (this.#mine.size > 0)
        this.#atOnce(() => this.#mine.forEach((token, link) => this.#free(link, token)))
    } finally {
      this.#db.close()
    }
  }

  #held(link: string): HeldRow | undefined {
    const row = this.#db.prepare('SELECT * FROM held WHERE link = ?').get(link)
    return row === undefined ? undefined : heldRow.parse(row)
  }

  #line(link: string): readonly WaitingRow[] {
    return z
      .array(waitingRow)
      .parse(this.#db.prepare('SELECT * FROM waiting WHERE link = ? ORDER BY seq').all(link))
  }

  #wait(link: string): void {
    this.#db
      .prepare('DELETE FROM waiting WHERE boot = ? AND (at < ? OR at > ?)')
      .run(this.#parts.me.boot, this.#parts.ticks() - placeMs, this.#parts.ticks())
    this.#db
      .prepare(
        `INSERT INTO waiting (${names}, who) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (link, who) DO UPDATE SET at = excluded.at`,
      )
      .run(...this.#row(link), this.#who)
  }

  #free(link: string, token: number, sent?: SentLately): void {
    this.#db
      .prepare('UPDATE held SET held = 0, at = ?, sent = ? WHERE link = ? AND token = ? AND held = 1')
      .run(this.#parts.ticks(), sent === undefined ? null : JSON.stringify(sent), link, token)
  }

  /** Undefined: nobody holds it any more. */
  #refusal(last: HeldRow | undefined, unmoved: Beat | undefined): Taken | undefined {
    return last === undefined || last.held === 0 || this.#isGone(last, leaseMs) || same(last, unmoved)
      ? undefined
      : { taken: false, by: holderOf(last), beat: { token: last.token, beat: last.beat } }
  }

  #standsFresh(link: string): boolean {
    const mine = this.#line(link).find((row) => row.who === this.#who)
    return mine !== undefined && !this.#isGone(mine, placeMs / 3)
  }

  #leave(link: string): void {
    this.#db.prepare('DELETE FROM waiting WHERE link = ? AND who = ?').run(link, this.#who)
  }

  /** This process in the order of `names`. */
  #row(link: string) {
    const { me, now } = this.#parts
    return [
      link,
      me.machine,
      me.user,
      me.pid,
      me.place,
      me.boot,
      me.started,
      now(),
      this.#parts.ticks(),
    ] as const
  }

  /**
   * Its process has ended, or was not heard of for too long. Of a holder whose ticks are not ours only its own beat tells; one that
   * waits there is not waited for.
   */
  #isGone(row: ProcessRow, forMs: number): boolean {
    const { me, runs } = this.#parts
    if (row.place === me.place && !runs(row)) return true
    if (row.boot !== me.boot) return 'seq' in row
    const since = this.#parts.ticks() - row.at
    return since > forMs || since < 0
  }

  #restedMs(last: HeldRow | undefined): number {
    if (last === undefined || last.boot !== this.#parts.me.boot) return Infinity
    return last.held === 1 ? 0 : Math.max(0, this.#parts.ticks() - last.at)
  }

  /** One transaction. */
  #atOnce<T>(act: () => T): T {
    return atOnce(this.#file, this.#db, act)
  }

  #settled<T>(act: (atOnce: <U>(act: () => U) => U) => T): Promise<T> {
    return new Promise((resolve) => resolve(usable(this.#file, () => act((part) => this.#atOnce(part)))))
  }
}

const same = ({ token, beat }: Beat, other: Beat | undefined): boolean =>
  token === other?.token && beat === other.beat

const holderOf = ({ machine, pid, user, since }: ProcessRow): Holder => ({ machine, pid, user, since })
