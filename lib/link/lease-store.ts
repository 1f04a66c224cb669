import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Holder, LeaseStore, Taken } from './lease.ts'

const row = z.object({
  token: z.int(),
  machine: z.string().nullable(),
  pid: z.int(),
  since: z.int(),
  until: z.int(),
})

/**
 * Leases in a SQLite file, for the processes of one machine: each operation is one transaction, so a crash at any instant leaves
 * either the old holder or the new one. Rows stay when a link is released: tokens only grow.
 * @param alive whether a process of this machine runs; one that doesn't holds nothing
 */
export function openLeaseStore(
  file: string,
  machine: string,
  alive: (pid: number) => boolean = processRuns,
): LeaseStore {
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file, { timeout: 5_000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec(
    'CREATE TABLE IF NOT EXISTS lease (link TEXT PRIMARY KEY, token INTEGER NOT NULL, machine TEXT, pid INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT',
  )
  const find = db.prepare('SELECT token, machine, pid, since, until FROM lease WHERE link = ?')
  const put = db.prepare(
    'INSERT INTO lease VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (link) DO UPDATE SET token = excluded.token, machine = excluded.machine, pid = excluded.pid, since = excluded.since, until = excluded.until',
  )
  const extend = db.prepare('UPDATE lease SET until = ? WHERE link = ? AND token = ? AND machine IS NOT NULL')
  const free = db.prepare('UPDATE lease SET machine = NULL WHERE link = ? AND token = ?')

  const atOnce = <T>(act: () => T): T => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = act()
      db.exec('COMMIT')
      return result
    } catch (e) {
      db.exec('ROLLBACK')
      throw e
    }
  }

  return {
    take: (link: string, holder: Holder, now: number, forMs: number): Taken =>
      atOnce(() => {
        const found = find.get(link)
        const last = found === undefined ? undefined : row.parse(found)
        if (
          last !== undefined &&
          last.machine !== null &&
          now < last.until &&
          !(last.machine === machine && !alive(last.pid))
        )
          return {
            taken: false,
            by: { machine: last.machine, pid: last.pid, since: last.since },
            until: last.until,
          }
        const token = (last?.token ?? 0) + 1
        put.run(link, token, holder.machine, holder.pid, holder.since, now + forMs)
        return { taken: true, token }
      }),
    renew: (link, token, now, forMs) => atOnce(() => extend.run(now + forMs, link, token).changes === 1),
    release: (link, token) => {
      free.run(link, token)
    },
    close: () => db.close(),
  }
}

/** A process that may not be signalled runs all the same. */
function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (e) {
    return e instanceof Error && 'code' in e && e.code === 'EPERM'
  }
}
