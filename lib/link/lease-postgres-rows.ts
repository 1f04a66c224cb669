import { z } from 'zod'
import { lately } from './lease-rows.ts'
import type { Connection } from './lease-postgres-connection.ts'
import { LeaseStoreUnusable } from './lease-failure.ts'

/** Format of the tables. */
const format = 1

const process = {
  link: z.string(),
  who: z.string(),
  machine: z.string(),
  account: z.string(),
  pid: z.int(),
  place: z.string(),
  started: z.string(),
  since: z.int(),
  /** Since the last renewal, or since last asked, by the server's clock, ms; negative = that clock was set back. */
  age: z.number(),
}
/** A link and its last holder. What can't be read of what it had sent is nothing said. */
const leaseRow = z.object({
  ...process,
  token: z.int(),
  beat: z.int(),
  held: z.boolean(),
  sent: lately.optional().catch(undefined),
})
/** A place in the line for a link. */
const waitingRow = z.object({ ...process, seq: z.int() })
export type LeaseRow = z.infer<typeof leaseRow>
export type WaitingRow = z.infer<typeof waitingRow>

/** A link as the server has it at one instant. */
export const seenRow = z.object({ last: leaseRow.nullable(), line: z.array(waitingRow) })
export const renewedRow = seenRow.extend({ renewed: z.boolean() })
export const tokenRow = z.object({ token: z.coerce.number().int() })
export const linkRow = z.object({ link: z.string() })

const columns =
  'estate text NOT NULL, link text NOT NULL, who text NOT NULL, machine text NOT NULL, account text NOT NULL, pid bigint NOT NULL, place text NOT NULL, started text NOT NULL, since bigint NOT NULL, at timestamptz NOT NULL'
/** Columns of a process, in the order of its row: $1 to $8; the last two are the server's clock: since when, and when it was last heard of. */
const names = 'estate, link, who, machine, account, pid, place, started, since, at'
const mine =
  '$1, $2, $3, $4, $5, $6, $7, $8, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, clock_timestamp()'

/** A row with its age. */
const aged = (row: string): string =>
  `to_jsonb(${row}) || jsonb_build_object('age', extract(epoch FROM clock_timestamp() - ${row}.at) * 1000)`

/** $1 estate, $2 link. */
const seen = `
  (SELECT ${aged('l')} FROM chancery.lease l WHERE l.estate = $1 AND l.link = $2) AS last,
  (SELECT coalesce(jsonb_agg(${aged('w')} ORDER BY w.seq), '[]') FROM chancery.lease_waiting w WHERE w.estate = $1 AND w.link = $2) AS line`

export const look = `SELECT ${seen}`

/** Where the link is as it was seen: $9 token, $10 beat, $11 held. No row = it is not any more. */
export const take = `
  WITH taken AS (
    INSERT INTO chancery.lease AS l (${names}, token, beat, held, sent) VALUES (${mine}, 1, 0, true, NULL)
    ON CONFLICT (estate, link) DO UPDATE SET
      who = excluded.who, machine = excluded.machine, account = excluded.account, pid = excluded.pid, place = excluded.place,
      started = excluded.started, since = excluded.since, at = excluded.at, token = l.token + 1, beat = 0, held = true, sent = NULL
      WHERE l.token = $9 AND l.beat = $10 AND l.held = $11
    RETURNING token),
  gone AS (DELETE FROM chancery.lease_waiting WHERE estate = $1 AND link = $2 AND who = $3 AND EXISTS (SELECT FROM taken))
  SELECT token FROM taken`

/** $9 after how many seconds without asking a place is lost. */
export const wait = `
  WITH gone AS (DELETE FROM chancery.lease_waiting WHERE estate = $1 AND who <> $3 AND at < clock_timestamp() - make_interval(secs => $9))
  INSERT INTO chancery.lease_waiting AS w (${names}) VALUES (${mine})
  ON CONFLICT (estate, link, who) DO UPDATE SET at = excluded.at,
    seq = CASE WHEN w.at < clock_timestamp() - make_interval(secs => $9) THEN excluded.seq ELSE w.seq END`

/** $3 token. What is answered is as it was before. */
export const renew = `
  WITH renewed AS (
    UPDATE chancery.lease SET beat = beat + 1, at = clock_timestamp() WHERE estate = $1 AND link = $2 AND token = $3 AND held RETURNING 1)
  SELECT EXISTS (SELECT FROM renewed) AS renewed, ${seen}`

/** $3 token, $4 what it had sent. */
export const free =
  'UPDATE chancery.lease SET held = false, at = clock_timestamp(), sent = $4 WHERE estate = $1 AND link = $2 AND token = $3 AND held'

/** $3 who. */
export const leave = 'DELETE FROM chancery.lease_waiting WHERE estate = $1 AND link = $2 AND who = $3'

/** $1 estate. */
export const links =
  'SELECT link FROM chancery.lease WHERE estate = $1 AND held UNION SELECT link FROM chancery.lease_waiting WHERE estate = $1 ORDER BY link'

/** One statement, so one transaction; the lock keeps two that start at once from making the same twice. */
const make = `DO $make$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('chancery.lease'));
  IF to_regnamespace('chancery') IS NULL THEN CREATE SCHEMA chancery; END IF;
  CREATE TABLE IF NOT EXISTS chancery.lease_store (estate text PRIMARY KEY, id text NOT NULL, format integer NOT NULL);
  CREATE TABLE IF NOT EXISTS chancery.lease (${columns}, token bigint NOT NULL, beat bigint NOT NULL, held boolean NOT NULL, sent jsonb, PRIMARY KEY (estate, link));
  CREATE TABLE IF NOT EXISTS chancery.lease_waiting (${columns}, seq bigint GENERATED BY DEFAULT AS IDENTITY, PRIMARY KEY (estate, link, who));
END $make$`

const storeRow = z.object({ id: z.string(), format: z.int() })

/** Makes the tables where they are missing, and answers the name of an estate's store. */
export async function prepare(connection: Connection, estate: string, id: string): Promise<string> {
  const [there] = await connection.rows(
    z.object({ made: z.boolean() }),
    "SELECT to_regclass('chancery.lease_waiting') IS NOT NULL AS made",
  )
  if (there?.made !== true) await connection.rows(z.unknown(), make)
  await connection.rows(
    z.unknown(),
    'INSERT INTO chancery.lease_store VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [estate, id, format],
  )
  const [store] = await connection.rows(
    storeRow,
    'SELECT id, format FROM chancery.lease_store WHERE estate = $1',
    [estate],
  )
  if (store === undefined) throw new Error('Internal error: the row of the store was not kept')
  if (store.format > format)
    throw new LeaseStoreUnusable(
      connection.where,
      'newer',
      `expected format ${format} or earlier, got ${store.format}: a later version of Chancery has written it`,
    )
  return store.id
}
