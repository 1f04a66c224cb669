import { copyFile, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lt } from 'semver'
import type { Clock } from '../domain/clock.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { lines, runChild, type Exit } from './child.ts'
import { binaryIn, engines } from './engine-cache.ts'
import { executables } from './engine-on-path.ts'
import type { EngineProgress, OnProgress } from './engine-progress.ts'

/** Folder with go.mod and go.sum: the engine's modules, all pinned with their checksums. */
const moduleFolder = fileURLToPath(new URL('build/', import.meta.url))
const mainPackage = 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi'
/** Oldest Go that reads a go.mod with a `tool` line, which can then fetch the toolchain named there. */
const oldestGo = '1.24.0'
const linkMs = 15_000
const fetchMs = 60_000
/** Measured for all packages on two cores: 300 s of CPU. */
const cpuMsAPackage = 180

export type GoBuild = {
  readonly version: string
  readonly cache: string
  /** Where `bin/pulumi` is to be written. */
  readonly temporary: string
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly onProgress: OnProgress
  readonly abort?: AbortSignal
}

/** Builds the engine from its Go modules. Writes nothing outside the temporary folder and Go's own caches. */
export async function buildWithGo(build: GoBuild): Promise<Result<void, string>> {
  const go = await findGo(build.env)
  if (!go.ok) return go
  for (const file of ['go.mod', 'go.sum'])
    await copyFile(join(moduleFolder, file), join(build.temporary, file))
  const env = goEnvironment(build)
  const reporter = reportsOf(build)
  const stale = await stalePackages(go.value, build, env, reporter)
  return stale.ok ? compile(go.value, build, env, stale.value, reporter) : stale
}

type Phase = Extract<EngineProgress, { kind: 'build' }>['phase']
type Report = (phase: Phase, done: number, total: number, remainingMs: number) => void

/** Never expects less than at first, nor less than what is left to do. */
function reportsOf(build: GoBuild): Report {
  const started = build.clock.now()
  let atFirstMs = 0
  return (phase, done, total, remainingMs) => {
    const elapsedMs = build.clock.now() - started
    if (phase === 'modules' || done === 0) atFirstMs = elapsedMs + remainingMs
    const expectedMs = Math.max(atFirstMs, elapsedMs + remainingMs)
    build.onProgress({ kind: 'build', phase, done, total, elapsedMs, expectedMs })
  }
}

/** Fetches the modules and counts the packages that Go's cache lacks. */
async function stalePackages(
  go: string,
  build: GoBuild,
  env: NodeJS.ProcessEnv,
  report: Report,
): Promise<Result<number, string>> {
  const modules = await moduleCount()
  let fetched = 0
  const tick = () =>
    report('modules', fetched, modules, fetchMs * (1 - fetched / modules) + compileMs(allPackages))
  const args = ['list', '-deps', '-f', '{{.Stale}}', ...buildFlags(build.version), mainPackage]
  const listed = await withTicks(build, tick, () =>
    runGo(go, args, build, env, (line) => {
      if (!line.startsWith('go: downloading ')) return
      fetched = Math.min(fetched + 1, modules)
      tick()
    }),
  )
  if (!succeeded(listed)) return err(complaint('go list', listed))
  return ok(listed.stdout.split('\n').filter((line) => line === 'true').length)
}

async function compile(
  go: string,
  build: GoBuild,
  env: NodeJS.ProcessEnv,
  total: number,
  report: Report,
): Promise<Result<void, string>> {
  let compiled = 0
  const tick = () =>
    report(compiled < total ? 'compile' : 'link', compiled, total, compileMs(total - compiled))
  const args = ['build', '-v', '-o', binaryIn(build.temporary), ...buildFlags(build.version), mainPackage]
  const built = await withTicks(build, tick, () =>
    runGo(go, args, build, env, (line) => {
      if (!/^[\w./-]+$/.test(line)) return
      compiled = Math.min(compiled + 1, total)
      tick()
    }),
  )
  return succeeded(built) ? ok(undefined) : err(complaint('go build', built))
}

/** Packages of a build into an empty cache. */
const allPackages = 1700

const compileMs = (packages: number): number =>
  linkMs + (packages * cpuMsAPackage) / Math.min(availableParallelism(), 16)

function buildFlags(version: string): readonly string[] {
  const variable = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version'
  return [
    '-mod=readonly',
    '-buildvcs=false',
    '-trimpath',
    '-tags=osusergo,grpcnotrace',
    `-ldflags=-s -w -X ${variable}=v${version}`,
  ]
}

/** Flags, workspaces and targets that a person has set for other Go work have no say here. */
function goEnvironment(build: GoBuild): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...build.env,
    GOFLAGS: '',
    GOWORK: 'off',
    GOOS: '',
    GOARCH: '',
    CGO_ENABLED: '0',
  }
  if (!env['HOME']) {
    env['GOPATH'] ??= join(engines(build.cache), 'go')
    env['GOCACHE'] ??= join(engines(build.cache), 'go-build')
  }
  return env
}

async function findGo(env: NodeJS.ProcessEnv): Promise<Result<string, string>> {
  const [go] = await executables('go', env)
  if (go === undefined) return err('Go is not installed (no `go` on PATH)')
  const exit = await runChild(go, ['version'], { env })
  const version = succeeded(exit) ? /\bgo(\d+\.\d+(?:\.\d+)?)\b/.exec(exit.stdout)?.[1] : undefined
  if (version === undefined) return err(complaint(`${go} version`, exit))
  const full = version.split('.').length === 2 ? `${version}.0` : version
  return lt(full, oldestGo) ? err(`${go} is Go ${version}, expected 1.25.11 or newer`) : ok(go)
}

function runGo(
  go: string,
  args: readonly string[],
  build: GoBuild,
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<Exit> {
  return runChild(go, args, {
    cwd: build.temporary,
    env,
    onStderr: lines(onLine),
    ...(build.abort === undefined ? {} : { abort: build.abort }),
  })
}

/** Calls `tick` at once and each second until the work is done. */
async function withTicks<T>(build: GoBuild, tick: () => void, work: () => Promise<T>): Promise<T> {
  const done = new AbortController()
  const ticking = (async () => {
    do tick()
    while (await build.clock.sleep(1000, done.signal))
  })()
  try {
    return await work()
  } finally {
    done.abort()
    await ticking
  }
}

/** Modules whose content the build may need: the lines of go.sum that aren't for a go.mod. */
async function moduleCount(): Promise<number> {
  const sums = await readFile(join(moduleFolder, 'go.sum'), 'utf8')
  return sums.split('\n').filter((line) => line !== '' && !line.includes('/go.mod ')).length
}

const succeeded = (exit: Exit): exit is Exit & { kind: 'exited' } => exit.kind === 'exited' && exit.code === 0

/** The last lines of what a command said. */
function complaint(command: string, exit: Exit): string {
  if (exit.kind === 'not-started') return `${command} did not start: ${exit.detail}`
  const said = exit.stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('go: downloading '))
    .slice(-5)
    .join(' / ')
  return `${command} failed (${exit.code === null ? String(exit.signal) : `exit ${exit.code}`}): ${said}`
}
