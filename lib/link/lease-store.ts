import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type Beat, type HeldLink, type Holder, leaseMs, type LeaseStore, type Taken } from './lease.ts'
import { LeaseStoreUnusable, type LeaseStoreProblem } from './lease-failure.ts'
import { type ProcessId, processRuns, thisProcess, ticks } from './this-process.ts'

/** Who waits for a link asks again within this time, ms, or loses its place. */
const placeMs = 3_000
/** Format of the file: SQLite's user_version. */
const format = 2

const process = {
  link: z.string(),
  machine: z.string(),
  user: z.string(),
  pid: z.int(),
  place: z.string(),
  boot: z.string(),
  started: z.string(),
  since: z.int(),
  /** Ticks of the machine at the last renewal, or when last asked. */
  at: z.int(),
}
const heldRow = z.object({ ...process, token: z.int(), beat: z.int(), held: z.literal([0, 1]) })
const waitingRow = z.object({ ...process, seq: z.int(), who: z.string() })
type ProcessRow = Omit<z.infer<typeof waitingRow>, 'seq' | 'who'>

const columns =
  'link TEXT NOT NULL, machine TEXT NOT NULL, user TEXT NOT NULL, pid INTEGER NOT NULL, place TEXT NOT NULL, boot TEXT NOT NULL, started TEXT NOT NULL, since INTEGER NOT NULL, at INTEGER NOT NULL'
const names = 'link, machine, user, pid, place, boot, started, since, at'

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
    this.#db = this.#usable(() => {
      mkdirSync(dirname(file), { recursive: true })
      const db = new DatabaseSync(file, { timeout: 5_000 })
      try {
        db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
        if (parts.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${parts.maxPages}`)
        return db
      } catch (cause) {
        db.close()
        throw cause
      }
    })
    try {
      this.id = this.#atOnce(() => this.#prepare())
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
        `INSERT OR REPLACE INTO held (${names}, token, beat, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)`,
      )
      .run(...this.#row(link), token)
    this.#leave(link)
    this.#mine.set(link, token)
    return { taken: true, token, restedMs: this.#restedMs(last) }
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

  release(link: string, token: number): Promise<void> {
    return this.#settled((atOnce) => {
      atOnce(() => this.#free(link, token))
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

  #prepare(): string {
    const version = z
      .object({ user_version: z.int() })
      .parse(this.#db.prepare('PRAGMA user_version').get()).user_version
    if (version > format)
      throw new LeaseStoreUnusable(
        this.#file,
        'newer',
        `expected format ${format} or earlier, got ${version}: a later version of Chancery has written it`,
      )
    if (version < format)
      this.#db.exec(
        [
          'DROP TABLE IF EXISTS lease',
          'CREATE TABLE store (id TEXT NOT NULL) STRICT',
          `CREATE TABLE held (${columns}, token INTEGER NOT NULL, beat INTEGER NOT NULL, held INTEGER NOT NULL, PRIMARY KEY (link)) STRICT`,
          `CREATE TABLE waiting (${columns}, seq INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL, UNIQUE (link, who)) STRICT`,
          `PRAGMA user_version = ${format}`,
        ].join(';'),
      )
    const id = this.#db.prepare('SELECT id FROM store').get()
    if (id !== undefined) return z.object({ id: z.string() }).parse(id).id
    const made = randomBytes(6).toString('base64url')
    this.#db.prepare('INSERT INTO store VALUES (?)').run(made)
    return made
  }

  #held(link: string): z.infer<typeof heldRow> | undefined {
    const row = this.#db.prepare('SELECT * FROM held WHERE link = ?').get(link)
    return row === undefined ? undefined : heldRow.parse(row)
  }

  #line(link: string): readonly z.infer<typeof waitingRow>[] {
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

  #free(link: string, token: number): void {
    this.#db
      .prepare('UPDATE held SET held = 0, at = ? WHERE link = ? AND token = ? AND held = 1')
      .run(this.#parts.ticks(), link, token)
  }

  /** Undefined: nobody holds it any more. */
  #refusal(last: z.infer<typeof heldRow> | undefined, unmoved: Beat | undefined): Taken | undefined {
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

  #restedMs(last: z.infer<typeof heldRow> | undefined): number {
    if (last === undefined || last.boot !== this.#parts.me.boot) return Infinity
    return last.held === 1 ? 0 : Math.max(0, this.#parts.ticks() - last.at)
  }

  /** One transaction. */
  #atOnce<T>(act: () => T): T {
    return this.#usable(() => {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        const result = act()
        this.#db.exec('COMMIT')
        return result
      } catch (cause) {
        // A full disk has ended the transaction already.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
        throw cause
      }
    })
  }

  #settled<T>(act: (atOnce: <U>(act: () => U) => U) => T): Promise<T> {
    return new Promise((resolve) => resolve(this.#usable(() => act((part) => this.#atOnce(part)))))
  }

  #usable<T>(act: () => T): T {
    try {
      return act()
    } catch (cause) {
      throw unusable(this.#file, cause) ?? cause
    }
  }
}

const same = ({ token, beat }: Beat, other: Beat | undefined): boolean =>
  token === other?.token && beat === other.beat

const holderOf = ({ machine, pid, user, since }: ProcessRow): Holder => ({ machine, pid, user, since })

/** SQLite's result codes, and those of the file system, that say something of the file. */
const problems: { readonly [code: number | string]: readonly [LeaseStoreProblem, string] } = {
  3: ['unwritable', 'may not be opened'],
  5: ['busy', 'was locked for longer than 5 s'],
  8: ['unwritable', "can't be written"],
  10: ['unwritable', "can't be read or written, the disk reports an error"],
  11: ['corrupt', 'is damaged'],
  13: ['full', "can't be written, no space is left on its disk"],
  14: ['unwritable', "can't be opened or made"],
  26: ['corrupt', 'is not a file of leases'],
  EACCES: ['unwritable', "can't be made, access to its folder is denied"],
  EPERM: ['unwritable', "can't be made, access to its folder is denied"],
  EROFS: ['unwritable', "can't be made, its disk is read-only"],
  ENOSPC: ['full', "can't be made, no space is left on its disk"],
  ENOTDIR: ['unwritable', "can't be made, its folder is a file"],
  EEXIST: ['unwritable', "can't be made, its folder is a file"],
}

function unusable(file: string, cause: unknown): LeaseStoreUnusable | undefined {
  if (!(cause instanceof Error) || cause instanceof LeaseStoreUnusable) return undefined
  // A file that SQLite reads and whose rows are not ours.
  if (cause instanceof z.ZodError)
    return new LeaseStoreUnusable(file, 'corrupt', 'holds rows of another shape')
  const code =
    'errcode' in cause && typeof cause.errcode === 'number'
      ? cause.errcode & 0xff
      : 'code' in cause
        ? String(cause.code)
        : ''
  const found = problems[code]
  if (found !== undefined) return new LeaseStoreUnusable(file, found[0], `${found[1]} (${cause.message})`)
  // Tables that are missing or other than ours.
  return code === 1
    ? new LeaseStoreUnusable(file, 'corrupt', `is not as it was made (${cause.message})`)
    : undefined
}
