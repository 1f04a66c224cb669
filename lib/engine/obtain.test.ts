import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nock from 'nock'
import { create } from 'tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { cacheFolder, engineFolder } from './engine-cache.ts'
import { archiveName } from './engine-download.ts'
import { describeEngineFailure } from './engine-failure.ts'
import type { EngineProgress } from './engine-progress.ts'
import { ensureEngine, type EngineRequest } from './obtain.ts'
import { engineVersion } from './version.ts'

const version = '3.259.0'
const site = 'https://get.pulumi.com'
const archive = archiveName(version, process.platform, process.arch) ?? ''
const sums = `/releases/sdk/pulumi-${version}-checksums.txt`

let folder: string
let path: string
let cache: string
let progress: EngineProgress[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-obtain-'))
  path = join(folder, 'path')
  cache = join(folder, 'cache')
  mkdirSync(path)
  progress = []
  nock.disableNetConnect()
})
afterEach(() => {
  nock.cleanAll()
  nock.enableNetConnect()
  rmSync(folder, { recursive: true, force: true })
})

const obtain = (change: Partial<EngineRequest> = {}) =>
  ensureEngine({
    version,
    cache,
    env: { PATH: path, HOME: join(folder, 'home') },
    onProgress: (event) => progress.push(event),
    ...change,
  })
const skipped = (from: string) =>
  progress.flatMap((event) => (event.kind === 'skipped' && event.from === from ? event.because : []))
const executable = (at: string, script: string) =>
  writeFileSync(at, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
const pulumiThatSays = (at: string, said: string) => executable(at, `[ "$1" = version ] && echo ${said}`)
/** Whatever lies in the cache, but for the lock and finished engines. */
const halfWritten = () =>
  existsSync(join(cache, 'engine'))
    ? readdirSync(join(cache, 'engine')).filter((name) => name !== 'lock.sqlite' && !name.startsWith(version))
    : []

/** A Go that builds an engine of this version; it notes its arguments and GOFLAGS in a file each. */
function fakeGo(options: { builds?: string; says?: string; fails?: string; hangs?: boolean } = {}): void {
  const { builds = `v${version}`, says = 'go version go1.26.1 linux/amd64', fails, hangs = false } = options
  executable(
    join(path, 'go'),
    `case "$1" in
version) echo "${says}" ;;
list) echo "go: downloading a v1" >&2; echo "go: downloading b v1" >&2; echo true; echo false; echo true ;;
build)
  echo "$@" >> '${folder}/built'; echo "GOFLAGS=$GOFLAGS CGO_ENABLED=$CGO_ENABLED" >> '${folder}/environment'
  ${hangs ? `echo $$ > '${folder}/pid'; while :; do :; done` : ''}
  ${fails === undefined ? '' : `echo "${fails}" >&2; exit 1`}
  echo some/package >&2; echo other/package >&2
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho ${builds}\\n' > "$2"
  /bin/chmod 755 "$2" ;;
esac`,
  )
}
const noNetwork = () => nock(site).get(sums).replyWithError('getaddrinfo ENOTFOUND get.pulumi.com')

describe('an engine', () => {
  it('on PATH is taken when it is of the same major version and not older', async () => {
    pulumiThatSays(join(path, 'pulumi'), 'v3.300.1')
    expect(await obtain()).toEqual({
      ok: true,
      value: { path: join(path, 'pulumi'), version: '3.300.1', from: 'path' },
    })
    expect(existsSync(cache)).toBe(false)
  })

  it.each([
    ['older', 'v3.258.9', '3.258.9, expected 3.259.0'],
    ['of another major version', 'v4.0.0', '4.0.0, expected 3.259.0'],
    ['of a version that it does not tell', 'whatever', 'does not say its version'],
  ])('on PATH that is %s is passed over, and the reason told', async (_, said, because) => {
    pulumiThatSays(join(path, 'pulumi'), said)
    noNetwork()
    fakeGo()
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'go', version } })
    expect(skipped('path')).toEqual([expect.stringContaining(because)])
  })

  it('in the cache is taken without network or Go', async () => {
    noNetwork()
    fakeGo()
    const built = await obtain()
    rmSync(join(path, 'go'))
    expect(await obtain()).toEqual({ ok: true, value: { ...(built.ok && built.value), from: 'cache' } })
  })

  it.each([
    ['whose bytes have changed', 'bin/pulumi', '#!/bin/sh\necho v3.259.0 #\n', 'SHA-256'],
    ['whose manifest is not one', 'manifest.json', '{"version":', 'is not a manifest'],
  ])('in the cache %s is made again', async (_, file, content, because) => {
    for (let i = 0; i < 2; i++) noNetwork()
    fakeGo()
    await obtain()
    writeFileSync(join(engineFolder(cache, version), file), content)
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'go' } })
    expect(skipped('cache').at(-1)).toContain(because)
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'cache' } })
    expect(halfWritten()).toEqual([])
  })

  it('is made once when two ask for it at the same time', async () => {
    nock(site).get(sums).replyWithError('no network')
    fakeGo()
    const both = await Promise.all([obtain(), obtain()])
    expect(both.map((result) => result.ok && result.value.from).sort()).toEqual(['cache', 'go'])
    expect(readFileSync(join(folder, 'built'), 'utf8').trim().split('\n')).toHaveLength(1)
    expect(progress).toContainEqual(expect.objectContaining({ kind: 'waiting' }))
  })

  it('that can not be had says what was tried and what to install, and leaves nothing half written', async () => {
    noNetwork()
    const result = await obtain()
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: 'unavailable',
        tried: [{ from: 'path' }, { from: 'cache' }, { from: 'download' }, { from: 'go' }],
      },
    })
    const text = result.ok ? '' : describeEngineFailure(result.error)
    expect(text).toContain('ENOTFOUND get.pulumi.com')
    expect(text).toContain('Go is not installed')
    expect(text).toContain('install Pulumi 3.259.0')
    expect(text).toContain('install Go 1.25.11')
    expect(halfWritten()).toEqual([])
  })

  it('can not be kept where the cache folder is a file', async () => {
    writeFileSync(cache, '')
    const result = await obtain()
    expect(result).toMatchObject({ ok: false, error: { kind: 'cache', folder: cache } })
    expect(result.ok ? '' : describeEngineFailure(result.error)).toContain('CHANCERY_CACHE')
  })
})

describe('a download', () => {
  let bytes: Buffer
  let sum: string
  beforeEach(async () => {
    mkdirSync(join(folder, 'release/pulumi'), { recursive: true })
    pulumiThatSays(join(folder, 'release/pulumi/pulumi'), `v${version}`)
    executable(join(folder, 'release/pulumi/pulumi-language-nodejs'), 'exit 0')
    await create({ gzip: true, file: join(folder, archive), cwd: join(folder, 'release') }, ['pulumi'])
    bytes = readFileSync(join(folder, archive))
    sum = createHash('sha256').update(bytes).digest('hex')
  })
  const listed = (hash = sum) =>
    nock(site)
      .get(sums)
      .reply(200, `${'0'.repeat(64)}  other.tar.gz\n${hash}  ${archive}\n`)
  const served = (length = bytes.length) =>
    nock(site)
      .get(`/releases/sdk/${archive}`)
      .reply(200, bytes, { 'content-length': String(length) })

  it('is compared with the release’s list and unpacked, language hosts included', async () => {
    listed()
    served()
    const result = await obtain()
    expect(result).toMatchObject({ ok: true, value: { from: 'download', version } })
    expect(readdirSync(join(engineFolder(cache, version), 'bin')).sort()).toEqual([
      'pulumi',
      'pulumi-language-nodejs',
    ])
    expect(readdirSync(engineFolder(cache, version)).sort()).toEqual(['bin', 'manifest.json'])
    expect(progress).toContainEqual(
      expect.objectContaining({ kind: 'download', bytes: bytes.length, totalBytes: bytes.length }),
    )
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'cache' } })
  })

  it('follows a redirect', async () => {
    listed()
    nock(site)
      .get(`/releases/sdk/${archive}`)
      .reply(302, undefined, { location: 'https://cdn.example.org/engine' })
    nock('https://cdn.example.org').get('/engine').reply(200, bytes)
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'download' } })
  })

  it.each([
    [
      'with another checksum',
      () => void (listed('a'.repeat(64)), served()),
      /SHA-256 is [0-9a-f]{64}, expected a{64}/,
    ],
    [
      'that is not in the list',
      () => void nock(site).get(sums).reply(200, `${sum}  other.tar.gz`),
      /no line for/,
    ],
    [
      'that is not there',
      () => void (listed(), nock(site).get(`/releases/sdk/${archive}`).reply(404)),
      /HTTP 404/,
    ],
    ['without a list', () => void nock(site).get(sums).reply(404), /checksums.txt: HTTP 404/],
    [
      'that is redirected away from HTTPS',
      () => {
        listed()
        nock(site)
          .get(`/releases/sdk/${archive}`)
          .reply(302, undefined, { location: 'http://cdn.example.org/engine' })
        nock('http://cdn.example.org').get('/engine').reply(200, bytes)
      },
      /not HTTPS/,
    ],
  ])('%s is not used, and Go is next', async (_, serve, because) => {
    serve()
    fakeGo()
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'go' } })
    expect(skipped('download')).toEqual([expect.stringMatching(because)])
    expect(halfWritten()).toEqual([])
  })

  it('that is cut short is not used', async () => {
    listed()
    const cut: typeof fetch = (url, init) =>
      String(url).endsWith('.tar.gz')
        ? Promise.resolve(
            new Response(bytes.subarray(1), { headers: { 'content-length': String(bytes.length) } }),
          )
        : fetch(url, init)
    expect(await obtain({ fetch: cut })).toMatchObject({ ok: false })
    expect(skipped('download')).toEqual([
      expect.stringContaining(`cut short, ${bytes.length - 1} of ${bytes.length}`),
    ])
    expect(halfWritten()).toEqual([])
  })

  it('of an engine that says another version is not used', async () => {
    pulumiThatSays(join(folder, 'release/pulumi/pulumi'), 'v3.1.0')
    await create({ gzip: true, file: join(folder, archive), cwd: join(folder, 'release') }, ['pulumi'])
    bytes = readFileSync(join(folder, archive))
    listed(createHash('sha256').update(bytes).digest('hex'))
    served()
    expect(await obtain()).toMatchObject({ ok: false })
    expect(skipped('download')).toEqual(['it says it is 3.1.0, expected 3.259.0'])
    expect(halfWritten()).toEqual([])
  })

  it('that is not answered is given up', async () => {
    const inNoTime = { ...systemClock, sleep: () => Promise.resolve(true) }
    const silent: typeof fetch = () => new Promise(() => undefined)
    await obtain({ fetch: silent, clock: inNoTime })
    expect(skipped('download')).toEqual([expect.stringContaining('no answer in 20 s')])
  })
})

describe('a build from Go modules', () => {
  beforeEach(noNetwork)

  it('shows what it does: modules, packages out of those to be built, link', async () => {
    fakeGo()
    await obtain()
    const build = progress.filter((event) => event.kind === 'build')
    expect(build.map(({ phase, done }) => `${phase} ${done}`)).toEqual(
      expect.arrayContaining(['modules 0', 'modules 1', 'modules 2', 'compile 0', 'compile 1', 'link 2']),
    )
    expect(build.at(-1)).toMatchObject({ phase: 'link', done: 2, total: 2 })
    expect(build.every(({ expectedMs, elapsedMs }) => expectedMs > elapsedMs)).toBe(true)
  })

  it('is stamped with its version, reads no checksum but the shipped ones, and minds no flags of other work', async () => {
    fakeGo()
    await obtain({ env: { PATH: path, HOME: folder, GOFLAGS: '-mod=vendor' } })
    const built = readFileSync(join(folder, 'built'), 'utf8')
    expect(built).toContain('-mod=readonly')
    expect(built).toContain('-trimpath')
    expect(built).toContain('-tags=osusergo,grpcnotrace')
    expect(built).toContain('go/common/version.Version=v3.259.0')
    expect(readFileSync(join(folder, 'environment'), 'utf8')).toBe('GOFLAGS= CGO_ENABLED=0\n')
  })

  it.each([
    ['fails', { fails: 'a.go:1:1: no space left' }, /go build failed \(exit 1\): a.go:1:1: no space left/],
    ['is of a Go that is too old', { says: 'go version go1.22 linux/amd64' }, /Go 1.22, expected 1.25.11/],
    ['gives another version', { builds: 'v3.1.0' }, /says it is 3.1.0/],
  ])('that %s leaves nothing half written', async (_, options, because) => {
    fakeGo(options)
    expect(await obtain()).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
    expect(skipped('go')).toEqual([expect.stringMatching(because)])
    expect(halfWritten()).toEqual([])
  })

  it('that is interrupted ends, leaves nothing half written, and can be begun again', async () => {
    fakeGo({ hangs: true })
    const abort = new AbortController()
    const onProgress = (event: EngineProgress) => {
      if (event.kind === 'build' && existsSync(join(folder, 'pid'))) abort.abort()
    }
    expect(await obtain({ abort: abort.signal, onProgress })).toEqual({
      ok: false,
      error: { kind: 'interrupted' },
    })
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(halfWritten()).toEqual([])
    noNetwork()
    fakeGo()
    expect(await obtain()).toMatchObject({ ok: true, value: { from: 'go' } })
  })

  it('sweeps up what a killed process left behind', async () => {
    mkdirSync(join(cache, 'engine/tmp-killed/bin'), { recursive: true })
    fakeGo()
    await obtain()
    expect(halfWritten()).toEqual([])
  })
})

describe('versions and places', () => {
  it('are the same for the engine, the SDK and the Go modules', () => {
    const sdk: { version: string } = JSON.parse(
      readFileSync(new URL('../../node_modules/@pulumi/pulumi/package.json', import.meta.url), 'utf8'),
    )
    expect(sdk.version).toBe(engineVersion)
    const modules = readFileSync(new URL('build/go.mod', import.meta.url), 'utf8')
    for (const module of ['pkg', 'sdk'])
      expect(modules).toContain(`github.com/pulumi/pulumi/${module}/v3 v${engineVersion}\n`)
  })

  it('of the cache follow CHANCERY_CACHE, then XDG_CACHE_HOME, then HOME', () => {
    const home = { HOME: '/h' }
    expect(cacheFolder(home)).toBe('/h/.cache/chancery')
    expect(cacheFolder({ ...home, XDG_CACHE_HOME: '/x' })).toBe('/x/chancery')
    expect(cacheFolder({ ...home, XDG_CACHE_HOME: '/x', CHANCERY_CACHE: '/c' })).toBe('/c')
  })

  it('of official archives are known for Linux and macOS', () => {
    expect(archiveName('3.259.0', 'linux', 'x64')).toBe('pulumi-v3.259.0-linux-x64.tar.gz')
    expect(archiveName('3.259.0', 'darwin', 'arm64')).toBe('pulumi-v3.259.0-darwin-arm64.tar.gz')
    expect(archiveName('3.259.0', 'win32', 'x64')).toBeUndefined()
  })
})
