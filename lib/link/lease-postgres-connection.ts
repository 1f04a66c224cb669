import { readFileSync } from 'node:fs'
import pg from 'pg'
import { z } from 'zod'
import { type LeaseStoreProblem, LeaseStoreUnusable } from './lease-failure.ts'
import { loginOf, passwordOf } from './lease-postgres-password.ts'

/** Until a connection is open, and until a statement is answered, ms: together well below what a lease lasts. */
const connectMs = 5_000
const answerMs = 4_000
/** An idle connection is kept for so long, ms: longer than from one renewal to the next. */
const idleMs = 20_000

/** Statements to a PostgreSQL server, each a transaction of its own, so that a process that stops keeps nothing locked. */
export interface Connection {
  /** How messages name the server: its URL without account's secrets and options. */
  readonly where: string
  /**
   * Answers the rows. A statement whose connection was lost is sent a second time, so it must be one that may run twice.
   * Rejects with `LeaseStoreUnusable` where the server is what failed.
   */
  rows<T>(shape: z.ZodType<T>, statement: string, values?: readonly Value[]): Promise<readonly T[]>
  close(): Promise<void>
}

export type Value = string | number | boolean | null

/**
 * Reaches a server by its URL, as the engine reaches it for the states: `sslmode` is `disable`, `require` (the default, and what a socket of
 * this machine needs not), `verify-ca` or `verify-full`, with `sslrootcert`; the password is PGPASSWORD's or comes from PGPASSFILE, else ~/.pgpass.
 */
export function connectTo(url: string): Connection {
  const where = `leases in ${nameOf(url)}`
  const pool = new pg.Pool({
    ...reachedBy(url, where),
    max: 2,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    idleTimeoutMillis: idleMs,
    allowExitOnIdle: true,
    keepAlive: true,
    application_name: 'chancery leases',
  })
  // A connection that ends while nobody uses it: the next statement opens another.
  pool.on('error', () => undefined)
  const send = async (statement: string, values: readonly Value[]): Promise<readonly unknown[]> => {
    try {
      return (await pool.query<Record<string, unknown>>(statement, [...values])).rows
    } catch (cause) {
      if (!mayRepeat(cause)) throw cause
      return (await pool.query<Record<string, unknown>>(statement, [...values])).rows
    }
  }
  return {
    where,
    rows: async (shape, statement, values = []) => {
      try {
        return z.array(shape).parse(await send(statement, values))
      } catch (cause) {
        throw unusable(where, cause) ?? cause
      }
    },
    close: () => pool.end(),
  }
}

/** `postgres://chancery@db.example:5432/state`. */
const nameOf = (url: string): string => url.replace(/\?.*$/, '').replace(/:[^:/@]*@/, '@')

function reachedBy(url: string, where: string): pg.PoolConfig {
  const parsed = URL.parse(url)
  if (parsed === null) throw new LeaseStoreUnusable(where, 'setting', 'expected a URL, got something else')
  const option = (name: string): string | undefined => parsed.searchParams.get(name) ?? undefined
  const login = loginOf(parsed)
  return {
    ...login,
    port: Number(login.port),
    ssl: tlsOf(
      option('sslmode') ?? (login.host.startsWith('/') ? 'disable' : 'require'),
      option('sslrootcert'),
      where,
    ),
    // Only asked when the server asks.
    password: () => passwordOf(login),
  }
}

function tlsOf(mode: string, rootFile: string | undefined, where: string): pg.PoolConfig['ssl'] {
  const ca = (): { readonly ca?: string } => (rootFile === undefined ? {} : { ca: textOf(rootFile, where) })
  switch (mode) {
    case 'disable':
      return false
    case 'require':
      return { rejectUnauthorized: false }
    case 'verify-ca':
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...ca() }
    case 'verify-full':
      return { rejectUnauthorized: true, ...ca() }
    default:
      throw new LeaseStoreUnusable(
        where,
        'setting',
        `sslmode: expected disable, require, verify-ca or verify-full, got "${mode}"`,
      )
  }
}

function textOf(file: string, where: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new LeaseStoreUnusable(
      where,
      'setting',
      `sslrootcert: expected a file of certificates, ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''

/** A connection that was up is no more, or two statements waited for each other. A process that was stopped finds its answers late. */
const mayRepeat = (cause: unknown): boolean =>
  cause instanceof Error &&
  (/^(ECONNRESET|EPIPE|57P01|57P02|40...)$/.test(codeOf(cause)) ||
    /^Connection terminated( unexpectedly)?$|^Query read timeout$/.test(cause.message))

/** SQLSTATE, classes first, and codes of the network. */
const problems: readonly (readonly [RegExp, LeaseStoreProblem, string])[] = [
  [/^28/, 'refused', 'refuses the login'],
  [/^42501$/, 'refused', 'denies a right'],
  [/^3D000$/, 'no-database', 'has no such database'],
  [/^25006$/, 'standby', "can't be written, the server is a standby or read-only"],
  [/^53100$/, 'full', "can't be written, no space is left on its disk"],
  [/^53/, 'crowded', 'has no connection or memory left'],
  [/^(57014|55P03|40)/, 'busy', 'did not get to it in time'],
  [/^42(P01|703|704|883)$|^3F000$/, 'other-shape', 'is not as it was made'],
  [/^(57P0|08|E[A-Z_]+$|CERT_|UNABLE_|DEPTH_|SELF_)/, 'unreachable', "can't be reached"],
]

function unusable(where: string, cause: unknown): LeaseStoreUnusable | undefined {
  if (!(cause instanceof Error) || cause instanceof LeaseStoreUnusable) return undefined
  if (cause instanceof z.ZodError)
    return new LeaseStoreUnusable(where, 'other-shape', 'holds rows of another shape')
  // Where a name has several addresses, all of which fail, the message is empty.
  const first: unknown = cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause
  const said = cause.message === '' && first instanceof Error ? first.message : cause.message
  const found = problems.find(([pattern]) => pattern.test(codeOf(first)))
  if (found !== undefined) return new LeaseStoreUnusable(where, found[1], `${found[2]} (${said})`)
  return /timeout|terminated|SSL|TLS|certificate|password|SASL/i.test(said)
    ? new LeaseStoreUnusable(
        where,
        /password|SASL/i.test(said) ? 'refused' : 'unreachable',
        `can't be used (${said})`,
      )
    : undefined
}
