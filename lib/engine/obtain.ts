import { systemClock, type Clock } from '../domain/clock.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { binaryIn, cacheFolder, engines, lookInCache, place, sweep, temporaryFolder } from './engine-cache.ts'
import { downloadEngine } from './engine-download.ts'
import type { EngineFailure, EngineSource } from './engine-failure.ts'
import { buildWithGo } from './engine-go-build.ts'
import { lockFolder } from './engine-lock.ts'
import { lookOnPath, versionOf } from './engine-on-path.ts'
import type { OnProgress } from './engine-progress.ts'
import { engineVersion } from './version.ts'

export type EngineRequest = {
  /** Pinned version; default: that of the npm SDK. */
  readonly version?: string
  /** Default: see `cacheFolder`. */
  readonly cache?: string
  /** Environment in which `pulumi` and `go` are looked for and run. */
  readonly env: NodeJS.ProcessEnv
  readonly onProgress: OnProgress
  readonly abort?: AbortSignal
  readonly fetch?: typeof fetch
  readonly clock?: Clock
}

export type Engine = { readonly path: string; readonly version: string; readonly from: EngineSource }

/**
 * Gives a Pulumi engine that runs here: a fitting `pulumi` on PATH, else the one in the cache (hashed again each time), else the
 * official archive (compared with the release's SHA-256), else one built from the Go modules, about 4 minutes on two cores.
 * Two processes never obtain it at once. What it puts into the cache appears there whole or not at all.
 */
export async function ensureEngine(request: EngineRequest): Promise<Result<Engine, EngineFailure>> {
  const version = request.version ?? engineVersion
  const cache = request.cache ?? cacheFolder(request.env)
  const tried: { from: EngineSource; because: string }[] = []
  const skip = (from: EngineSource, because: string) => {
    tried.push({ from, because })
    request.onProgress({ kind: 'skipped', from, because })
  }
  const ready = (engine: Engine): Result<Engine, EngineFailure> => {
    request.onProgress({ kind: 'ready', ...engine })
    return ok(engine)
  }

  const onPath = await lookOnPath(request.env, version, request.abort)
  if (onPath.state === 'fits') return ready({ path: onPath.path, version: onPath.version, from: 'path' })
  skip('path', onPath.because)
  try {
    const cached = await lookInCache(cache, version)
    if (cached.state === 'sound') return ready({ path: cached.path, version, from: 'cache' })
    skip('cache', cached.state === 'none' ? `none of version ${version} in ${cache}` : cached.because)
    const made = await makeEngine(request, version, cache, skip)
    if (request.abort?.aborted) return err({ kind: 'interrupted' })
    return made === undefined ? err({ kind: 'unavailable', version, tried }) : ready(made)
  } catch (error) {
    if (isFileSystemError(error)) return err({ kind: 'cache', folder: cache, detail: error.message })
    throw error
  }
}

/** Obtains an engine under the lock; undefined when no way led to one. */
async function makeEngine(
  request: EngineRequest,
  version: string,
  cache: string,
  skip: (from: EngineSource, because: string) => void,
): Promise<Engine | undefined> {
  const { env, onProgress, abort } = request
  const clock = request.clock ?? systemClock
  const lock = await lockFolder(
    engines(cache),
    clock,
    (elapsedMs) => onProgress({ kind: 'waiting', elapsedMs }),
    abort,
  )
  if (lock === undefined) return undefined
  try {
    const meanwhile = await lookInCache(cache, version)
    if (meanwhile.state === 'sound') return { path: meanwhile.path, version, from: 'cache' }
    await sweep(cache)
    const common = {
      version,
      cache,
      env,
      clock,
      onProgress,
      fetch: request.fetch ?? fetch,
      ...(abort && { abort }),
    }
    for (const from of ['download', 'go'] as const) {
      if (abort?.aborted) return undefined
      const temporary = await temporaryFolder(cache)
      const made =
        from === 'download'
          ? await downloadEngine({ ...common, temporary })
          : await buildWithGo({ ...common, temporary })
      const because = made.ok ? await wrongVersion(temporary, version, env) : made.error
      if (because === undefined) return { path: await place(cache, version, temporary, from), version, from }
      skip(from, because)
    }
    return undefined
  } finally {
    await sweep(cache)
    lock.release()
  }
}

/** Why a fresh engine is not the one that was asked for; undefined when it is. */
async function wrongVersion(
  temporary: string,
  version: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const said = await versionOf(binaryIn(temporary), env)
  if (said.found === undefined) return `it does not run here: ${said.because}`
  return said.found === version ? undefined : `it says it is ${said.found}, expected ${version}`
}

const isFileSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error
