import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { LeaseStoreUnusable } from './lease-failure.ts'
import type { SentLately } from './sent-lately.ts'

/** Format of the file: SQLite's user_version. */
const format = 3

/** What a holder said it had sent. */
export const lately: z.ZodType<SentLately> = z.object({
  savedMs: z.number().nonnegative(),
  writes: z.array(z.tuple([z.number().nonnegative(), z.number().nonnegative()])),
})

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
/** What the last holder said it had sent; what can't be read is nothing said. */
const sent = z
  .string()
  .nullable()
  .transform((json) => {
    const read = lately.safeParse(parsed(json ?? 'null'))
    return read.success ? read.data : undefined
  })
/** A link and its last holder. */
export const heldRow = z.object({ ...process, token: z.int(), beat: z.int(), held: z.literal([0, 1]), sent })
/** A place in the line for a link. */
export const waitingRow = z.object({ ...process, seq: z.int(), who: z.string() })
export type HeldRow = z.infer<typeof heldRow>
export type WaitingRow = z.infer<typeof waitingRow>
export type ProcessRow = Omit<WaitingRow, 'seq' | 'who'>

const columns =
  'link TEXT NOT NULL, machine TEXT NOT NULL, user TEXT NOT NULL, pid INTEGER NOT NULL, place TEXT NOT NULL, boot TEXT NOT NULL, started TEXT NOT NULL, since INTEGER NOT NULL, at INTEGER NOT NULL'
/** Columns of a process, in the order of its row. */
export const names = 'link, machine, user, pid, place, boot, started, since, at'

/** Makes the tables in a new file, or those that an earlier version left, and answers the name of the store. Tokens stay. */
export function prepare(file: string, db: DatabaseSync): string {
  const version = z
    .object({ user_version: z.int() })
    .parse(db.prepare('PRAGMA user_version').get()).user_version
  if (version > format)
    throw new LeaseStoreUnusable(
      file,
      'newer',
      `expected format ${format} or earlier, got ${version}: a later version of Chancery has written it`,
    )
  if (version < 2)
    db.exec(
      [
        'DROP TABLE IF EXISTS lease',
        'CREATE TABLE store (id TEXT NOT NULL) STRICT',
        `CREATE TABLE held (${columns}, token INTEGER NOT NULL, beat INTEGER NOT NULL, held INTEGER NOT NULL, PRIMARY KEY (link)) STRICT`,
        `CREATE TABLE waiting (${columns}, seq INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL, UNIQUE (link, who)) STRICT`,
      ].join(';'),
    )
  if (version < format) db.exec(`ALTER TABLE held ADD COLUMN sent TEXT; PRAGMA user_version = ${format}`)
  const id = db.prepare('SELECT id FROM store').get()
  if (id !== undefined) return z.object({ id: z.string() }).parse(id).id
  const made = randomBytes(6).toString('base64url')
  db.prepare('INSERT INTO store VALUES (?)').run(made)
  return made
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
