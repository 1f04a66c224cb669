import { randomBytes } from 'node:crypto'
import type { Holder } from './holder.ts'
import { type Beat, type HeldLink, leaseMs, type LeaseStore, type Taken } from './lease.ts'
import { type Connection, connectTo } from './lease-postgres-connection.ts'
import {
  free,
  leave,
  type LeaseRow,
  linkRow,
  links,
  look,
  prepare,
  renew,
  renewedRow,
  seenRow,
  take,
  tokenRow,
  wait,
  type WaitingRow,
} from './lease-postgres-rows.ts'
import type { SentLately } from './sent-lately.ts'
import { type ProcessId, processRuns, thisProcess } from './this-process.ts'

/** Who waits for a link asks again within this time, ms, or loses its place. */
const placeMs = 3_000
/**
 * Whoever finds a holder's time up by the server's clock must have seen for so long that it does not renew, ms: longer than from one
 * renewal to the next. So a server whose clock is set, or another server that takes over, gives no link away that is in use.
 */
const steadyMs = leaseMs / 3 + 1_000

export type PostgresLeaseParts = {
  readonly me: ProcessId
  /** Milliseconds that have passed since some instant. */
  readonly elapsed: () => number
  /** Whether a process of the same place runs; one that doesn't holds nothing. */
  readonly runs: (process: Pick<ProcessId, 'pid' | 'started'>) => boolean
}

/**
 * Leases in a PostgreSQL database, for the processes of several machines. A lease runs out by the server's clock; a holder on the
 * asker's own machine is gone as soon as its process is. Each change is one statement that holds only if the link is still as it was
 * seen, so nothing stays locked by a process that stops. Rows stay when a link is released: tokens only grow.
 * @param estate whose links they are: estates that share a database share no lease
 */
export async function openPostgresLeases(
  url: string,
  estate: string,
  parts: Partial<PostgresLeaseParts> = {},
): Promise<LeaseStore> {
  const connection = connectTo(url)
  try {
    const id = await prepare(connection, estate, randomBytes(6).toString('base64url'))
    return new PostgresLeases(id, connection, estate, {
      me: thisProcess(),
      elapsed: () => performance.now(),
      runs: processRuns,
      ...parts,
    })
  } catch (cause) {
    await connection.close()
    throw cause
  }
}

class PostgresLeases implements LeaseStore {
  readonly id: string
  readonly #db: Connection
  readonly #estate: string
  readonly #parts: PostgresLeaseParts
  /** Tells two openings of one process apart. */
  readonly #who = randomBytes(9).toString('base64url')
  /** What this opening holds. */
  readonly #mine = new Map<string, number>()
  /** Since when a holder is seen with the same beat. */
  readonly #seen = new Map<string, Beat & { readonly at: number }>()

  constructor(id: string, db: Connection, estate: string, parts: PostgresLeaseParts) {
    this.id = id
    this.#db = db
    this.#estate = estate
    this.#parts = parts
  }

  async take(link: string, unmoved?: Beat): Promise<Taken> {
    for (;;) {
      const { last, line } = await this.#look(link)
      const own = line.find((row) => row.who === this.#who)
      const refusal = this.#refusal(link, last, unmoved) ?? this.#behind(line, own)
      if (refusal !== undefined) {
        // Who stands in line and asks again writes nothing.
        if (own === undefined || isOld(own, placeMs / 3))
          await this.#db.rows(tokenRow, wait, [...this.#row(link), placeMs / 1000])
        return refusal
      }
      const as = last === null ? [0, 0, false] : [last.token, last.beat, last.held]
      const [taken] = await this.#db.rows(tokenRow, take, [...this.#row(link), ...as])
      // Another was quicker: what is so now is looked at again.
      if (taken === undefined) continue
      this.#mine.set(link, taken.token)
      this.#seen.delete(link)
      const restedMs = last === null ? Infinity : last.held ? 0 : Math.max(0, last.age)
      return { taken: true, token: taken.token, restedMs, sent: last?.held === false ? last.sent : undefined }
    }
  }

  async renew(link: string, token: number): ReturnType<LeaseStore['renew']> {
    const [answer] = await this.#db.rows(renewedRow, renew, [this.#estate, link, token])
    if (answer === undefined) throw new Error('Internal error: a renewal was not answered')
    const { renewed, last, line } = answer
    if (renewed) return { held: true, wanted: line.some((row) => !this.#lostPlace(row)) }
    const by = last === null || (!last.held && last.token === token) ? undefined : holderOf(last)
    return { held: false, by }
  }

  async release(link: string, token: number, sent?: SentLately): Promise<void> {
    await this.#free(link, token, sent)
    if (this.#mine.get(link) === token) this.#mine.delete(link)
  }

  async leave(link: string): Promise<void> {
    await this.#db.rows(tokenRow, leave, [this.#estate, link, this.#who])
  }

  async holders(): Promise<readonly HeldLink[]> {
    const held: HeldLink[] = []
    for (const { link } of await this.#db.rows(linkRow, links, [this.#estate])) {
      const { last, line } = await this.#look(link)
      const holds = last !== null && last.held && !this.#hasEnded(last) && last.age <= leaseMs
      const waiting = line.filter((row) => !this.#lostPlace(row)).map(holderOf)
      if (holds || waiting.length > 0)
        held.push({ link, token: last?.token ?? 0, holder: holds ? holderOf(last) : undefined, waiting })
    }
    return held
  }

  async close(): Promise<void> {
    try {
      for (const [link, token] of this.#mine) await this.#free(link, token)
    } finally {
      await this.#db.close()
    }
  }

  async #look(
    link: string,
  ): Promise<{ readonly last: LeaseRow | null; readonly line: readonly WaitingRow[] }> {
    const [seen] = await this.#db.rows(seenRow, look, [this.#estate, link])
    if (seen === undefined) throw new Error('Internal error: a look was not answered')
    return seen
  }

  async #free(link: string, token: number, sent?: SentLately): Promise<void> {
    const json = sent === undefined ? null : JSON.stringify(sent)
    await this.#db.rows(tokenRow, free, [this.#estate, link, token, json])
  }

  /** Undefined: nobody holds it any more. */
  #refusal(link: string, last: LeaseRow | null, unmoved: Beat | undefined): Taken | undefined {
    if (last === null || !last.held || this.#hasEnded(last)) return undefined
    // Taken by a statement whose answer was lost.
    if (last.who === this.#who && !this.#mine.has(link)) return undefined
    if (same(last, unmoved) || this.#ranOut(link, last)) return undefined
    return { taken: false, by: holderOf(last), beat: { token: last.token, beat: last.beat } }
  }

  #ranOut(link: string, { token, beat, age }: LeaseRow): boolean {
    const at = this.#parts.elapsed()
    const seen = this.#seen.get(link)
    if (same({ token, beat }, seen)) return age > leaseMs && at - (seen?.at ?? at) >= steadyMs
    this.#seen.set(link, { token, beat, at })
    return false
  }

  /** Somebody else is first in line. */
  #behind(line: readonly WaitingRow[], own: WaitingRow | undefined): Taken | undefined {
    const first = line.find((row) => row.who !== this.#who && !this.#lostPlace(row))
    return first === undefined || (own !== undefined && own.seq < first.seq)
      ? undefined
      : { taken: false, by: holderOf(first), beat: undefined }
  }

  #lostPlace = (row: WaitingRow): boolean => isOld(row, placeMs) || this.#hasEnded(row)

  #hasEnded(row: LeaseRow | WaitingRow): boolean {
    return row.place === this.#parts.me.place && !this.#parts.runs(row)
  }

  /** This process in the order of the columns. */
  #row(link: string) {
    const { me } = this.#parts
    return [this.#estate, link, this.#who, me.machine, me.user, me.pid, me.place, me.started] as const
  }
}

/** Not asked for so long; the server's clock may have been set back since. */
const isOld = ({ age }: WaitingRow, forMs: number): boolean => age > forMs || age < 0

const same = ({ token, beat }: Beat, other: Beat | undefined): boolean =>
  token === other?.token && beat === other.beat

const holderOf = ({ machine, pid, account, since }: LeaseRow | WaitingRow): Holder => ({
  machine,
  pid,
  user: account,
  since,
})
