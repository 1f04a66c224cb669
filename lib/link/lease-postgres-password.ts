import { readFileSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

type Env = { readonly [name: string]: string | undefined }

/** For which login a password is looked for. */
export type Login = {
  readonly host: string
  readonly port: string
  readonly database: string
  readonly user: string
}

/**
 * PGPASSWORD, else what the file that PGPASSFILE names (else ~/.pgpass) has for the login, as libpq finds it. Throws where there is none: a
 * sentence for the person whose password it would be.
 */
export function passwordOf(login: Login, env: Env = process.env): string {
  const given = env['PGPASSWORD'] ?? ''
  if (given !== '') return given
  const file = env['PGPASSFILE'] ?? join(env['HOME'] ?? homedir(), '.pgpass')
  const text = textOf(file)
  const found = typeof text === 'string' ? lineFor(login, text) : undefined
  if (found !== undefined) return found
  const why = typeof text === 'string' ? 'has no line for this login' : text.because
  throw new Error(
    `the server asks for a password of ${login.user}: expected one in PGPASSWORD or in ${file}, which ${why}`,
  )
}

/** The login that a URL of PostgreSQL names, with libpq's defaults; `postgres:///DATABASE?host=/FOLDER&user=NAME` is a socket of this machine. */
export function loginOf(url: URL, env: Env = process.env): Login {
  const database = decodeURIComponent(url.pathname.slice(1))
  const named = decodeURIComponent(url.username) || url.searchParams.get('user')
  const user = named || env['PGUSER'] || userInfo().username
  return {
    host: url.searchParams.get('host') ?? (decodeURIComponent(url.hostname) || 'localhost'),
    port: url.port || env['PGPORT'] || '5432',
    database: database || user,
    user,
  }
}

/** The first line whose four fields fit; `*` fits all, `\` takes the next character as it is. */
function lineFor({ host, port, database, user }: Login, text: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) => field)
    const [password, ...fit] = [
      fields[4],
      ...[host, port, database, user].map((wanted, n) => fits(fields[n], wanted)),
    ]
    if (password !== undefined && fit.every((one) => one)) return unescaped(password)
  }
  return undefined
}

const fits = (field: string | undefined, wanted: string): boolean =>
  field === '*' || (field !== undefined && unescaped(field) === wanted)

const unescaped = (field: string): string => field.replace(/\\(.)/g, '$1')

/** As libpq does, a file that others may read is left alone. */
function textOf(file: string): string | { readonly because: string } {
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      return { because: 'others may read: take their rights away (chmod 600)' }
    return readFileSync(file, 'utf8')
  } catch {
    return { because: "is not there or can't be read" }
  }
}
