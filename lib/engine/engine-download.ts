import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { extract } from 'tar'
import type { Clock } from '../domain/clock.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { OnProgress } from './engine-progress.ts'

const site = 'https://get.pulumi.com/releases/sdk'
const answerTimeoutMs = 20_000
const stallTimeoutMs = 60_000

export type Download = {
  readonly version: string
  /** Its `bin` receives the archive's files. */
  readonly temporary: string
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly onProgress: OnProgress
  readonly abort?: AbortSignal
}

/** Name of the official archive for this machine; undefined where there is none that can be unpacked here. */
export function archiveName(version: string, platform: NodeJS.Platform, arch: string): string | undefined {
  const system = platform === 'linux' || platform === 'darwin' ? platform : undefined
  const machine = arch === 'x64' || arch === 'arm64' ? arch : undefined
  return system && machine ? `pulumi-v${version}-${system}-${machine}.tar.gz` : undefined
}

/** Fetches the official archive, compares its SHA-256 with the one in the release's list, and unpacks it. */
export async function downloadEngine(download: Download): Promise<Result<void, string>> {
  const name = archiveName(download.version, process.platform, process.arch)
  if (name === undefined) return err(`there is no archive for ${process.platform} ${process.arch}`)
  const expected = await expectedSum(download, name)
  if (!expected.ok) return expected
  const archive = join(download.temporary, name)
  const got = await save(download, `${site}/${name}`, archive)
  if (!got.ok) return got
  if (got.value !== expected.value)
    return err(`${site}/${name}: SHA-256 is ${got.value}, expected ${expected.value} by the release's list`)
  await extract({ file: archive, cwd: join(download.temporary, 'bin'), strip: 1, strict: true })
  await rm(archive)
  return ok(undefined)
}

async function expectedSum(download: Download, name: string): Promise<Result<string, string>> {
  const url = `${site}/pulumi-${download.version}-checksums.txt`
  const answer = await get(download, url)
  if (!answer.ok) return answer
  const text = await within(download, url, stallTimeoutMs, answer.value.text())
  if (!text.ok) return text
  for (const line of text.value.split('\n')) {
    const match = /^([0-9a-fA-F]{64})\s+\*?(\S+)\s*$/.exec(line)
    if (match?.[2] === name) return ok((match[1] ?? '').toLowerCase())
  }
  return err(`${url}: no line for ${name}`)
}

/** Writes the body to a file and returns its SHA-256. */
async function save(download: Download, url: string, path: string): Promise<Result<string, string>> {
  const started = download.clock.now()
  const answer = await get(download, url)
  if (!answer.ok) return answer
  const { body, headers } = answer.value
  if (body === null) return err(`${url}: an empty answer`)
  const length = headers.get('content-length')
  const totalBytes = length === null ? undefined : Number(length)
  const hash = createHash('sha256')
  const file = await open(path, 'wx')
  const reader = body.getReader()
  let bytes = 0
  try {
    for (;;) {
      const piece = await within(download, url, stallTimeoutMs, reader.read())
      if (!piece.ok) return piece
      if (piece.value.done) break
      hash.update(piece.value.value)
      await file.writeFile(piece.value.value)
      bytes += piece.value.value.byteLength
      download.onProgress({
        kind: 'download',
        url,
        bytes,
        totalBytes,
        elapsedMs: download.clock.now() - started,
      })
    }
  } finally {
    await file.close()
    await reader.cancel().catch(() => undefined)
  }
  return totalBytes === undefined || bytes === totalBytes
    ? ok(hash.digest('hex'))
    : err(`${url}: cut short, ${bytes} of ${totalBytes} bytes came`)
}

async function get(download: Download, url: string): Promise<Result<Response, string>> {
  const cut = new AbortController()
  const answer = await within(download, url, answerTimeoutMs, download.fetch(url, { signal: cut.signal }))
  if (!answer.ok) {
    cut.abort()
    return answer
  }
  const { status, statusText, url: from } = answer.value
  if (status !== 200) return err(`${url}: HTTP ${status} ${statusText}`.trimEnd())
  return from.startsWith('http:') ? err(`${url}: redirected to ${from}, which is not HTTPS`) : answer
}

/** A failure of the network is a value, and so is an answer that doesn't come in time. */
async function within<T>(
  download: Download,
  url: string,
  ms: number,
  work: Promise<T>,
): Promise<Result<T, string>> {
  const settled = new AbortController()
  const stop =
    download.abort === undefined ? settled.signal : AbortSignal.any([settled.signal, download.abort])
  const late = download.clock
    .sleep(ms, stop)
    .then((elapsed) => err(`${url}: ${elapsed ? `no answer in ${ms / 1000} s` : 'interrupted'}`))
  try {
    return await Promise.race([work.then(ok, (error: unknown) => err(`${url}: ${reason(error)}`)), late])
  } finally {
    settled.abort()
  }
}

/** What went wrong at the bottom: fetch says only "fetch failed" and hides the rest in `cause`. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reason(error.cause) : error.message
}
