import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { lineState, type LineState } from './failover.ts'
import { ensureSharedFile } from './shared-file.ts'
import { processRuns, thisProcess } from './this-process.ts'

/** What is known of links on this machine, kept where every process sees it. */
export type Facts = {
  /** Live video, as a person said by command. `until`: ms since 1970; null = until it is switched off. */
  readonly switch: {
    readonly atMostKbitPerS: number
    readonly until: number | null
    readonly by: string
    readonly since: number
  }
  /** Live video, as the conference system said: what is taken to be so, and what it said last (null = it never answered). */
  readonly conference: { readonly live: boolean; readonly said: boolean | null; readonly because: string }
  /** Which line carries. */
  readonly line: { readonly state: LineState; readonly because: string; readonly since: number }
  /** What was measured last, in whatever run. */
  readonly measured: {
    readonly rttMs: number | null
    readonly rttAt: number | null
    readonly kbitPerS: number | null
    readonly rateAt: number | null
  }
  /** What a process that has the link open says of it; written at most once a second. */
  readonly process: {
    readonly pid: number
    /** These two tell the process from another one of the same id; see `thisProcess`. */
    readonly started: string
    readonly place: string
    readonly by: string
    readonly command: string
    readonly state: unknown
  }
}
export type FactName = keyof Facts
export type Fact<N extends FactName> = Facts[N]

const facts: { readonly [N in FactName]: z.ZodType<Facts[N]> } = {
  switch: z.object({
    atMostKbitPerS: z.number().positive(),
    until: z.number().nullable(),
    by: z.string(),
    since: z.number(),
  }),
  conference: z.object({ live: z.boolean(), said: z.boolean().nullable(), because: z.string() }),
  line: z.object({ state: lineState, because: z.string(), since: z.number() }),
  measured: z.object({
    rttMs: z.number().nullable(),
    rttAt: z.number().nullable(),
    kbitPerS: z.number().nullable(),
    rateAt: z.number().nullable(),
  }),
  process: z.object({
    pid: z.number(),
    started: z.string(),
    place: z.string(),
    by: z.string(),
    command: z.string(),
    state: z.unknown(),
  }),
}

export type Kept<N extends FactName> = { readonly link: string; readonly at: number; readonly fact: Fact<N> }

/** Shared facts about links. One machine; each call is one transaction. */
export interface Board {
  /** Where process ids mean the same as here. */
  readonly place: string
  get<N extends FactName>(name: N, link: string): Kept<N> | undefined
  all<N extends FactName>(name: N): readonly Kept<N>[]
  put<N extends FactName>(name: N, link: string, fact: Fact<N>, now: number): void
  remove(name: FactName, link: string): void
  /** True for one process every `everyMs`: it does the work for all. An instant in the future is of a clock that was set since. */
  claim(what: string, link: string, everyMs: number, now: number): boolean
  /** Whether another process wrote something since this was asked last. True the first time. */
  changed(): boolean
  close(): void
}

const row = z.object({ link: z.string(), at: z.number(), json: z.string() })

/** Opens the board in a SQLite file, which is made with its folder. A row that can't be read counts as absent. */
export function openBoard(file: string): Board {
  if (file !== ':memory:') ensureSharedFile(file)
  const db = new DatabaseSync(file, { timeout: 5_000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  db.exec(
    `CREATE TABLE IF NOT EXISTS fact (name TEXT NOT NULL, link TEXT NOT NULL, process TEXT NOT NULL, at INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (name, link, process)) STRICT;
     CREATE TABLE IF NOT EXISTS claim (what TEXT NOT NULL, link TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (what, link)) STRICT`,
  )
  const find = db.prepare('SELECT link, at, json FROM fact WHERE name = ? AND link = ? ORDER BY at DESC')
  const list = db.prepare('SELECT link, at, json FROM fact WHERE name = ? ORDER BY link')
  const write = db.prepare(
    'INSERT INTO fact VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at, json = excluded.json',
  )
  const erase = db.prepare('DELETE FROM fact WHERE name = ? AND link = ? AND process = ?')
  const take = db.prepare(
    'INSERT INTO claim VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at - claim.at >= ? OR claim.at > excluded.at + ?',
  )
  const version = db.prepare('PRAGMA data_version')
  const me = thisProcess()
  /** Of the facts only `process` is one a process. */
  const owner = (name: FactName): string => (name === 'process' ? `${me.place} ${me.pid}` : '')
  let seen: unknown

  const read = <N extends FactName>(name: N, found: unknown): readonly Kept<N>[] => {
    const { link, at, json } = row.parse(found)
    const fact = facts[name].safeParse(parsed(json))
    return fact.success ? [{ link, at, fact: fact.data }] : []
  }
  return {
    place: me.place,
    get: (name, link) => find.all(name, link).flatMap((found) => read(name, found))[0],
    all: (name) => {
      const kept = list.all(name).flatMap((found) => read(name, found))
      return name === 'process' ? kept.filter(({ fact }) => stillRuns(fact, me.place)) : kept
    },
    put: (name, link, fact, now) => {
      write.run(name, link, owner(name), Math.round(now), JSON.stringify(fact))
    },
    remove: (name, link) => {
      erase.run(name, link, owner(name))
    },
    claim: (what, link, everyMs, now) =>
      take.run(what, link, Math.round(now), Math.round(everyMs), Math.round(everyMs)).changes === 1,
    changed: () => {
      const now = Object(version.get()).data_version as unknown
      const different = now !== seen
      seen = now
      return different
    },
    close: () => {
      if (db.isOpen) db.close()
    },
  }
}

const shownProcess = z.object({ pid: z.number(), started: z.string(), place: z.string() })

/** Of processes elsewhere nothing can be known; those of this place that ended say nothing any more. */
function stillRuns(fact: unknown, place: string): boolean {
  const shown = shownProcess.parse(fact)
  return shown.place !== place || processRuns(shown)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
