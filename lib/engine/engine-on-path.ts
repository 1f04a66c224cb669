import { access, constants, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { runChild } from './child.ts'
import { fits, readVersion } from './version.ts'

/** What PATH has to offer. */
export type OnPath =
  | { readonly state: 'fits'; readonly path: string; readonly version: string }
  | { readonly state: 'none'; readonly because: string }

const versionTimeoutMs = 20_000

/** Asks each `pulumi` on PATH for its version and takes the first that fits the pinned one. */
export async function lookOnPath(
  env: NodeJS.ProcessEnv,
  pinned: string,
  abort?: AbortSignal,
): Promise<OnPath> {
  const unfit: string[] = []
  for (const path of await executables('pulumi', env)) {
    const version = await versionOf(path, env, abort)
    if (version.found !== undefined && fits(version.found, pinned))
      return { state: 'fits', path, version: version.found }
    unfit.push(
      version.found === undefined
        ? `${path} does not say its version (${version.because})`
        : `${path} is ${version.found}, expected ${pinned} or a newer ${pinned.split('.')[0]}.x`,
    )
  }
  return { state: 'none', because: unfit.length === 0 ? 'none there' : unfit.join('; ') }
}

/** What `pulumi version` of this executable says. */
export async function versionOf(
  path: string,
  env: NodeJS.ProcessEnv,
  abort?: AbortSignal,
): Promise<{ readonly found: string } | { readonly found: undefined; readonly because: string }> {
  const timeout = AbortSignal.timeout(versionTimeoutMs)
  const exit = await runChild(path, ['version'], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
    abort: abort === undefined ? timeout : AbortSignal.any([abort, timeout]),
  })
  if (exit.kind === 'not-started') return { found: undefined, because: exit.detail }
  if (exit.code !== 0)
    return {
      found: undefined,
      because:
        exit.stderr.trim() ||
        (timeout.aborted ? `no answer in ${versionTimeoutMs / 1000} s` : `exit ${exit.code}`),
    }
  const found = readVersion(exit.stdout)
  return found === undefined
    ? { found, because: `it printed ${JSON.stringify(exit.stdout.slice(0, 80))}` }
    : { found }
}

/** Executable files of this name on PATH, in its order; `.exe` is added on Windows. */
export async function executables(name: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const found: string[] = []
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue
    const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
    const isFile = (await stat(path).catch(() => undefined))?.isFile() ?? false
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isFile && runs && !found.includes(path)) found.push(path)
  }
  return found
}
