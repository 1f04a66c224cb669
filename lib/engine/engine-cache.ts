import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { type Clock, systemClock } from '../domain/clock.ts'

/** Where Chancery keeps what can be made again: `CHANCERY_CACHE`, else `$XDG_CACHE_HOME/chancery`, else `~/.cache/chancery`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  if (env['CHANCERY_CACHE']) return env['CHANCERY_CACHE']
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'chancery')
  return join(env['HOME'] || homedir(), '.cache', 'chancery')
}

/** Folder of one engine, for one version and machine: `engine/3.259.0-linux-x64/{bin/pulumi,manifest.json}`. */
export function engineFolder(cache: string, version: string): string {
  return join(engines(cache), `${version}-${process.platform}-${process.arch}`)
}

/** Folder of all engines of a cache, where the lock and the temporary folders lie too. */
export const engines = (cache: string): string => join(cache, 'engine')

/** The executable of an engine folder, finished or temporary. */
export const binaryIn = (folder: string): string => join(folder, 'bin', binaryName)

const binaryName = process.platform === 'win32' ? 'pulumi.exe' : 'pulumi'

const manifestShape = z.object({
  version: z.string(),
  from: z.enum(['download', 'go']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** What a folder of the cache holds: an engine whose bytes are those once placed there, none, or something else. */
export type Cached =
  | { readonly state: 'sound'; readonly path: string }
  | { readonly state: 'none' }
  | { readonly state: 'damaged'; readonly because: string }

/** Reads the manifest and hashes the binary, once a process for as long as nobody has written it. */
export async function lookInCache(
  cache: string,
  version: string,
  clock: Pick<Clock, 'now'> = systemClock,
): Promise<Cached> {
  const folder = engineFolder(cache, version)
  if (!(await exists(folder))) return { state: 'none' }
  const manifestPath = join(folder, 'manifest.json')
  const path = binaryIn(folder)
  if (!(await exists(manifestPath))) return { state: 'damaged', because: `${manifestPath} is missing` }
  if (!(await exists(path))) return { state: 'damaged', because: `${path} is missing` }
  const manifest = manifestShape.safeParse(readJson(await readFile(manifestPath, 'utf8')))
  if (!manifest.success) return { state: 'damaged', because: `${manifestPath} is not a manifest` }
  const found = await knownSha256(path, clock)
  if (found !== manifest.data.sha256)
    return { state: 'damaged', because: `SHA-256 of ${path} is ${found}, expected ${manifest.data.sha256}` }
  return { state: 'sound', path }
}

/** A folder in which an engine is put together before it takes its place. */
export async function temporaryFolder(cache: string): Promise<string> {
  await mkdir(engines(cache), { recursive: true })
  const folder = await mkdtemp(join(engines(cache), temporaryPrefix))
  await mkdir(join(folder, 'bin'))
  return folder
}

/** Removes what a process that was killed left behind. Only for the holder of the lock. */
export async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(engines(cache)))
    if (name.startsWith(temporaryPrefix))
      await rm(join(engines(cache), name), { recursive: true, force: true })
}

/** Gives a finished temporary folder its manifest and its place, in one rename. Returns the path of the binary. */
export async function place(
  cache: string,
  version: string,
  temporary: string,
  from: 'download' | 'go',
): Promise<string> {
  const binary = binaryIn(temporary)
  await chmod(binary, 0o755)
  const manifest = { version, from, sha256: await sha256(binary) }
  await writeFile(join(temporary, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const folder = engineFolder(cache, version)
  if (await exists(folder)) {
    const old = join(await mkdtemp(join(engines(cache), temporaryPrefix)), 'old')
    await rename(folder, old)
  }
  await rename(temporary, folder)
  await sweep(cache)
  return binaryIn(folder)
}

const temporaryPrefix = 'tmp-'

/** SHA-256 of a file, lower-case hex. */
async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** A file system may give two writes within this time the same time, ms. */
const coarsestTimeMs = 2_000

type Known = { readonly stamp: string; readonly sha256: string }
const known = new Map<string, Known>()

/** The SHA-256 of a file that is as it was when this process hashed it: same file, same size, written at the same time. */
async function knownSha256(path: string, clock: Pick<Clock, 'now'>): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true })
  const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  const before = known.get(path)
  if (before?.stamp === stamp) return before.sha256
  const settled = clock.now() - Number(ctimeMs) > coarsestTimeMs
  const found = await sha256(path)
  if (settled) known.set(path, { stamp, sha256: found })
  return found
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
