import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { waitUntil } from '../../test/rig/cli.ts'
import { type Postgres, startPostgres } from '../../test/rig/postgres.ts'
import { leaseMs, type LeaseStore } from './lease.ts'
import { LeaseStoreUnusable } from './lease-failure.ts'
import { openPostgresLeases, type PostgresLeaseParts } from './lease-postgres.ts'
import { thisProcess } from './this-process.ts'

let postgres: Postgres
let estate: string
let estates = 0
/** By the asker's own measure. */
let passed: number
const opened: LeaseStore[] = []

beforeAll(async () => void (postgres = await startPostgres()), 360_000)
afterAll(() => postgres.close())
beforeEach(() => {
  estate = `organisation ${++estates}`
  passed = 1_000_000
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close().catch(() => undefined)
})

/** A process of a machine of its own. */
const open = async (
  pid: number,
  {
    url = postgres.url,
    of = estate,
    ...parts
  }: Partial<PostgresLeaseParts> & { url?: string; of?: string } = {},
): Promise<LeaseStore> => {
  const me = { ...thisProcess(), pid, place: `machine ${pid}`, started: 'a' }
  const store = await openPostgresLeases(url, of, { me, elapsed: () => passed, runs: () => true, ...parts })
  opened.push(store)
  return store
}
/** The server's clock is set forward, or back. */
const setClock = (byMs: number): void => {
  for (const table of ['lease', 'lease_waiting'])
    postgres.sql(`update chancery.${table} set at = at - interval '${byMs} ms' where estate = '${estate}'`)
}

describe('leases in a database', () => {
  test('tell how long a link has rested by the server’s clock: not at all after a holder that is gone', async () => {
    const [one, two] = [await open(1), await open(2)]
    expect(await one.take('beirut')).toMatchObject({ restedMs: Infinity })
    await one.release('beirut', 1, { savedMs: 1, writes: [[5, 20]] })
    setClock(40)
    const next = await two.take('beirut')
    expect(next).toMatchObject({ token: 2, sent: { savedMs: 1, writes: [[5, 20]] } })
    if (next.taken) expect([next.restedMs >= 40, next.restedMs < 5_000]).toEqual([true, true])
    setClock(leaseMs + 1)
    expect(await one.take('beirut')).toMatchObject({ taken: false })
    passed += 6_001
    expect(await one.take('beirut')).toMatchObject({ token: 3, restedMs: 0, sent: undefined })
    await one.release('beirut', 3)
    setClock(-60_000)
    expect(await two.take('beirut')).toMatchObject({ token: 4, restedMs: 0 })
  })

  test('are not given away because the server’s clock was set forward: the holder renews', async () => {
    const [one, two] = [await open(1), await open(2)]
    await one.take('beirut')
    setClock(3_600_000)
    expect(await two.take('beirut')).toMatchObject({ taken: false, beat: { beat: 0 } })
    passed += 5_000
    await one.renew('beirut', 1)
    passed += 5_000
    expect(await two.take('beirut')).toMatchObject({ taken: false, beat: { beat: 1 } })
    setClock(leaseMs + 1)
    passed += 5_999
    expect(await two.take('beirut')).toMatchObject({ taken: false })
    passed += 1
    expect(await two.take('beirut')).toMatchObject({ taken: true, token: 2 })
  })

  test('of a holder that is gone are had although the server’s clock was set back', async () => {
    const [one, two] = [await open(1), await open(2)]
    await one.take('beirut')
    setClock(-3_600_000)
    expect(await two.take('beirut')).toMatchObject({ taken: false, beat: { token: 1, beat: 0 } })
    expect(await two.take('beirut', { token: 1, beat: 0 })).toMatchObject({ taken: true, token: 2 })
  })

  test('of a process of this machine that has ended are had at once', async () => {
    const here = { ...thisProcess(), place: 'here' }
    const one = await open(1, { me: { ...here, pid: 1 }, runs: () => true })
    await one.take('beirut')
    const running = await open(2, { me: { ...here, pid: 2 }, runs: () => true })
    expect(await running.take('beirut')).toMatchObject({ taken: false, by: { pid: 1 } })
    await running.leave('beirut')
    const two = await open(3, { me: { ...here, pid: 3 }, runs: ({ pid }) => pid !== 1 })
    expect(await two.take('beirut')).toMatchObject({ taken: true, token: 2, restedMs: 0 })
  })

  test('go to exactly one of many that ask at once', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, (_, n) => open(n + 1)))
    expect(new Set(stores.map(({ id }) => id)).size).toBe(1)
    const taken = await Promise.all(stores.map((store) => store.take('beirut')))
    expect(taken.filter((one) => one.taken)).toMatchObject([{ token: 1 }])
  })

  test('of two estates in one database are two, with names and tokens of their own', async () => {
    const [one, other] = [await open(1), await open(2, { of: `${estate} elsewhere` })]
    expect(one.id).not.toBe(other.id)
    expect(await one.take('beirut')).toMatchObject({ taken: true, token: 1 })
    expect(await other.take('beirut')).toMatchObject({ taken: true, token: 1 })
    expect(await one.holders()).toMatchObject([{ link: 'beirut', holder: { pid: 1 } }])
  })

  test('that were taken when the answer was lost are taken again, not waited for', async () => {
    const one = await open(1)
    await one.take('beirut')
    const who = postgres.sql(`select who from chancery.lease where estate = '${estate}'`)
    postgres.sql(
      `insert into chancery.lease select estate, 'nairobi', who, machine, account, pid, place, started, since, at, 7, 0, true, null from chancery.lease where who = '${who}'`,
    )
    expect(await one.take('nairobi')).toMatchObject({ taken: true, token: 8 })
    // What it knows that it holds is not given twice.
    expect(await one.take('nairobi')).toMatchObject({ taken: false })
  })

  test('are reached over a socket of the machine, without TLS', async () => {
    const folder = postgres.sql('show unix_socket_directories')
    const url = `postgres://localhost:${postgres.port}/state?host=${folder}&user=chancery`
    const one = await open(1, { url })
    expect(await one.take('beirut')).toMatchObject({ taken: true })
  })

  test('are renewed although the server ended the connection meanwhile', async () => {
    const one = await open(1)
    await one.take('beirut')
    postgres.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chancery leases'`,
    )
    expect(await one.renew('beirut', 1)).toEqual({ held: true, wanted: false })
  })

  test('lose a place in line when nothing was asked for three seconds', async () => {
    const [one, two, three] = [await open(1), await open(2), await open(3)]
    await one.take('beirut')
    await two.take('beirut')
    setClock(3_001)
    await three.take('beirut')
    await two.take('beirut')
    await one.release('beirut', 1)
    expect(await two.take('beirut')).toMatchObject({ taken: false, by: { pid: 3 } })
    expect(await three.take('beirut')).toMatchObject({ taken: true })
  })
})

describe('a database of leases that can’t be used', () => {
  const failure = async (act: Promise<unknown>): Promise<LeaseStoreUnusable> => {
    const cause: unknown = await act.then(
      () => undefined,
      (error: unknown) => error,
    )
    if (cause instanceof LeaseStoreUnusable) return cause
    throw cause ?? new Error('nothing was wrong')
  }
  const elsewhere = (from: string, to: string): Promise<LeaseStore> =>
    open(1, { url: postgres.url.replace(from, to) })

  test('because nothing answers there, is named without what follows the name', async () => {
    const { message, problem } = await failure(elsewhere(String(postgres.port), '1'))
    expect(problem).toBe('unreachable')
    expect(message).toBe(
      "leases in postgres://chancery@127.0.0.1:1/state: can't be reached (connect ECONNREFUSED 127.0.0.1:1). Who may use which link is kept there, so none is used. Is the database server up, and reached from here?",
    )
  })

  test('because it is not there, the server is not known, TLS is wanted and not spoken, or the URL says what can’t be', async () => {
    expect(await failure(elsewhere('/state', '/stat'))).toMatchObject({ problem: 'no-database' })
    expect(await failure(elsewhere('127.0.0.1', 'db.invalid'))).toMatchObject({ problem: 'unreachable' })
    expect(await failure(elsewhere('?sslmode=disable', ''))).toMatchObject({ problem: 'unreachable' })
    expect(await failure(elsewhere('=disable', '=prefer'))).toMatchObject({
      problem: 'setting',
      message: expect.stringContaining(
        'sslmode: expected disable, require, verify-ca or verify-full, got "prefer"',
      ),
    })
    expect(await failure(elsewhere('=disable', '=verify-full&sslrootcert=/no/such.pem'))).toMatchObject({
      problem: 'setting',
    })
  })

  test('because the account is not let in or may not write', async () => {
    expect(await failure(elsewhere('//chancery@', '//nobody@'))).toMatchObject({ problem: 'refused' })
    await open(1)
    postgres.sql(`do $$ begin if to_regrole('guest') is null then create role guest login; end if; end $$`)
    expect(await failure(elsewhere('//chancery@', '//guest@'))).toMatchObject({ problem: 'refused' })
    postgres.sql('grant usage on schema chancery to guest')
    postgres.sql('grant select, insert, update, delete on all tables in schema chancery to guest')
    const guest = await open(2, { url: postgres.url.replace('//chancery@', '//guest@') })
    expect(await guest.take('beirut')).toMatchObject({ taken: true })
  })

  test('because the password is missing or wrong; it is taken from PGPASSWORD, or the file that PGPASSFILE names', async () => {
    const hba = postgres.sql('show hba_file')
    const before = readFileSync(hba, 'utf8')
    writeFileSync(hba, `host all keeper 127.0.0.1/32 scram-sha-256\n${before}`)
    postgres.sql("create role keeper login superuser password 's3cret'; select pg_reload_conf()")
    const folder = mkdtempSync(join(tmpdir(), 'chancery-pgpass-'))
    try {
      const knock = (pid: number) => open(pid, { url: postgres.url.replace('//chancery@', '//keeper@') })
      vi.stubEnv('PGPASSFILE', join(folder, 'pgpass'))
      vi.stubEnv('PGPASSWORD', undefined)
      // The server reads its settings a moment later.
      await waitUntil(
        () =>
          postgres.sql('select count(*) from pg_hba_file_rules where user_name = array[$$keeper$$]') === '1',
      )
      expect(await failure(knock(1))).toMatchObject({ problem: 'refused' })
      vi.stubEnv('PGPASSWORD', 'wr0ng')
      const { problem, message } = await failure(knock(1))
      expect([problem, message]).toEqual(['refused', expect.not.stringContaining('wr0ng')])
      vi.stubEnv('PGPASSWORD', 's3cret')
      expect(await (await knock(1)).take('beirut')).toMatchObject({ taken: true })
      vi.stubEnv('PGPASSWORD', undefined)
      writeFileSync(join(folder, 'pgpass'), '127.0.0.1:*:state:keeper:s3cret\n', { mode: 0o600 })
      expect(await (await knock(2)).take('nairobi')).toMatchObject({ taken: true })
    } finally {
      vi.unstubAllEnvs()
      writeFileSync(hba, before)
      rmSync(folder, { recursive: true })
    }
  })

  test('because it takes no writes', async () => {
    await open(1)
    postgres.sql('alter database state set default_transaction_read_only = on')
    try {
      expect(await failure(open(2, { of: `${estate} new` }))).toMatchObject({ problem: 'standby' })
    } finally {
      postgres.sql('begin read write; alter database state reset default_transaction_read_only; commit')
    }
  })

  test('because a later version wrote it, or its tables are others', async () => {
    const one = await open(1)
    postgres.sql(`update chancery.lease_store set format = 99 where estate = '${estate}'`)
    expect(await failure(open(2))).toMatchObject({ problem: 'newer' })
    postgres.sql('alter table chancery.lease rename column beat to pulse')
    try {
      expect(await failure(one.take('beirut'))).toMatchObject({ problem: 'other-shape' })
    } finally {
      postgres.sql('alter table chancery.lease rename column pulse to beat')
    }
  })
})
