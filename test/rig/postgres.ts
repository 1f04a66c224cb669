import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A PostgreSQL server on 127.0.0.1 with an empty database, in a folder of its own. */
export interface Postgres {
  /** URL of the database, without a password: whoever connects from this machine is let in. */
  readonly url: string
  readonly port: number
  /** Runs one statement and gives what psql prints: a line a row, `|` between columns. */
  sql(statement: string): string
  close(): Promise<void>
}

const needed = ['initdb', 'postgres', 'psql'] as const

/** Why there can be no server here, in a sentence; undefined when there can. Debian's package is installed where we may. */
function missingPostgres(): string | undefined {
  if (programs() !== undefined) return undefined
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) install()
  return programs() === undefined
    ? `PostgreSQL: expected ${needed.join(', ')}. Install the packages postgresql and postgresql-client (Debian, Ubuntu).`
    : undefined
}

/** Starts a server that nobody else uses. Fails, with what to install, where there can be none. */
export async function startPostgres(): Promise<Postgres> {
  const missing = missingPostgres()
  const found = programs()
  if (found === undefined) throw new Error(missing)
  const folder = mkdtempSync(join(tmpdir(), 'chancery-postgres-'))
  // It refuses to run as root.
  const asRoot = process.getuid?.() === 0
  if (asRoot) chownSync(folder, nobody, nobody)
  chmodSync(folder, 0o755)
  const identity = asRoot ? { uid: nobody, gid: nobody } : {}
  const options = { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C' }, ...identity }
  const data = join(folder, 'data')
  execFileSync(
    found.initdb,
    ['-D', data, '-U', 'chancery', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    { ...options, stdio: 'pipe' },
  )
  const settings = [
    'fsync=off',
    'shared_buffers=16MB',
    'max_connections=40',
    `unix_socket_directories=${folder}`,
  ]
  const serve = async (port: number) => {
    const server = spawn(
      found.postgres,
      ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    return { server, port, log: await ready(server) }
  }
  // Somebody else may have taken the port by the time that the server binds it: then another one.
  const { server, port, log } = await freePort()
    .then(serve)
    .catch(async () => serve(await freePort()))
  const sql = (statement: string, database = 'state'): string =>
    execFileSync(
      found.psql,
      [
        '-XqAt',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'chancery',
        '-d',
        database,
        '-c',
        statement,
      ],
      { ...options, stdio: 'pipe', encoding: 'utf8' },
    ).trim()
  sql('create database state', 'postgres')
  return {
    url: `postgres://chancery@127.0.0.1:${port}/state?sslmode=disable`,
    port,
    sql: (statement) => sql(statement),
    close: async () => {
      server.kill('SIGQUIT')
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      log.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Linux: the account that owns nothing. */
const nobody = 65534

async function ready(server: ChildProcess): Promise<{ stop(): void }> {
  let written = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      written += text
      if (written.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`postgres ended:\n${written}`)))
  })
  return { stop: () => server.stderr?.destroy() }
}

type Programs = { readonly [name in (typeof needed)[number]]: string }

/** Debian keeps those of the server in a folder by version. */
function programs(): Programs | undefined {
  const versions = '/usr/lib/postgresql'
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...(existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : []),
  ]
  const pathOf = (name: string): string | undefined =>
    folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  const [initdb, postgres, psql] = needed.map(pathOf)
  return initdb === undefined || postgres === undefined || psql === undefined
    ? undefined
    : { initdb, postgres, psql }
}

function install(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: readonly string[]): void =>
    void execFileSync('apt-get', args, { env, stdio: 'pipe', timeout: 300_000 })
  const now = (): void => apt('install', '-y', '--no-install-recommends', 'postgresql', 'postgresql-client')
  try {
    now()
  } catch {
    try {
      apt('update')
      now()
    } catch {
      // The caller says what is missing.
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createServer()
    socket.once('error', reject)
    socket.listen(0, '127.0.0.1', () => {
      const address = socket.address()
      socket.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })
