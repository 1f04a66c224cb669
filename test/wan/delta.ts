import { execFileSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { ok } from '../../lib/domain/result.ts'
import { chunksOf } from '../../lib/link/delivery/chunks.ts'
import { DeltaMatcher } from '../../lib/link/delivery/delta.ts'
import { Pages } from '../../lib/link/delivery/pages.ts'
import { measureSource } from '../../lib/link/delivery/source.ts'
import type { DeliveryFailure } from '../../lib/transport/delivery/contract.ts'
import { deliver } from '../../lib/transport/delivery/deliver.ts'
import { labParty } from '../contracts/delivery/lab-party.ts'

/**
 * `npm run bench:delta [-- --json] [-- --big]`: what a new release of a package costs on the channel, against other ways to bring it, for
 * real pairs of consecutive releases from the npm registry as unpacked tars. `--big`: speed and memory of encoding 256 MB too.
 */
const pairs = [
  ['typescript', '5.9.2', '5.9.3'],
  ['ag-grid-community', '33.0.3', '33.0.4'],
  ['date-fns', '4.0.0', '4.1.0'],
  ['mathjs', '14.5.2', '14.5.3'],
  ['prettier', '3.6.1', '3.6.2'],
  ['esbuild-wasm', '0.25.1', '0.25.2'],
] as const

const json = process.argv.includes('--json')
const folder = mkdtempSync(join(tmpdir(), 'chancery-delta-'))
try {
  const rows = []
  for (const [name, from, to] of pairs) rows.push(await row(name, from, to))
  const big = process.argv.includes('--big') ? await bigFile() : undefined
  if (json) console.info(JSON.stringify({ rows, ...(big === undefined ? {} : { big }) }))
  else {
    console.table(Object.fromEntries(rows.map(({ release, ...rest }) => [release, rest])))
    if (big !== undefined) console.table(big)
  }
} finally {
  rmSync(folder, { recursive: true })
}

async function row(name: string, from: string, to: string) {
  const [old, next] = [unpacked(name, from), unpacked(name, to)]
  const host = labParty()
  const store = join(folder, 'store', name)
  const whole = await push(host, old, `${name}-${from}.tar`, store)
  const began = performance.now()
  const delta = await push(host, next, `${name}-${to}.tar`, store)
  const ms = performance.now() - began
  // Where this end has lost the older version.
  const other = labParty()
  await push(other, old, `${name}-${from}.tar`, undefined)
  const sums = await push(other, next, `${name}-${to}.tar`, undefined)
  const bytes = readFileSync(next)
  const share = (of: number): string => `${((100 * of) / bytes.length).toFixed(3)} %`
  return {
    release: `${name} ${from} to ${to}`,
    bytes: bytes.length,
    delta: delta.sent,
    share: share(delta.sent),
    MBperS: Math.round(bytes.length / ms / 100) / 10,
    blockSums: sums.sent + sums.received,
    zstd19PatchFrom: patched(bytes, readFileSync(old), 19),
    zstd3PatchFrom: patched(bytes, readFileSync(old), 3),
    rsyncZ: rsync(old, next),
    scp: bytes.length,
    gzip9: gzipSync(bytes, { level: 9 }).length,
    firstVersion: whole.sent,
  }
}

function unpacked(name: string, version: string): string {
  const packed = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
    cwd: folder,
    encoding: 'utf8',
  }).trim()
  const path = join(folder, `${name}-${version}.tar`)
  writeFileSync(path, gunzipSync(readFileSync(join(folder, packed))))
  return path
}

async function push(
  host: ReturnType<typeof labParty>,
  path: string,
  name: string,
  store: string | undefined,
) {
  const measured = await measureSource(path)
  if (!measured.ok) throw new Error(measured.error.detail)
  const channel = host.start()
  const result = await deliver(channel, { ...measured.value, name }, { store })
  await channel.close()
  if (!result.ok) throw new Error(wordsOf(result.error))
  const arrived = host.read(`content/${measured.value.sha}`)
  if (arrived === undefined || !readFileSync(path).equals(arrived))
    throw new Error(`${name}: another content arrived`)
  return result.value
}

const wordsOf = (failure: DeliveryFailure): string => JSON.stringify(failure)

/** As `zstd --patch-from` does it: the older version as the dictionary, and a window that reaches over both. */
function patched(bytes: Buffer, dictionary: Buffer, level: number): number {
  const windowLog = Math.min(27, Math.ceil(Math.log2(bytes.length + dictionary.length)))
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_windowLog]: windowLog,
    [constants.ZSTD_c_enableLongDistanceMatching]: 1,
  }
  return zstdCompressSync(bytes, { dictionary, params }).length
}

/** Bytes both ways that rsync says it took, compressing; undefined where there is no rsync. */
function rsync(old: string, next: string): number | undefined {
  const place = join(folder, 'rsync')
  mkdirSync(place, { recursive: true })
  const target = join(place, 'file')
  copyFileSync(old, target)
  utimesSync(target, 1, 1)
  try {
    const said = execFileSync(
      'rsync',
      ['--no-whole-file', '--compress', '--stats', '--ignore-times', next, target],
      { encoding: 'utf8' },
    )
    const bytes = (which: string): number =>
      Number(new RegExp(`Total bytes ${which}: ([\\d,]+)`).exec(said)?.[1]?.replaceAll(',', ''))
    return bytes('sent') + bytes('received')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
}

/** Noise of 256 MB with a change each 100 KB. */
async function bigFile() {
  const size = 268_435_456
  const [base, content] = [join(folder, 'base'), join(folder, 'content')]
  const part = new Uint32Array(262_144)
  const files = [openSync(base, 'w'), openSync(content, 'w')] as const
  let state = 1
  for (let at = 0; at < size; at += part.byteLength) {
    for (let i = 0; i < part.length; i++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i
      part[i] = state
    }
    const bytes = Buffer.from(part.buffer)
    writeFileSync(files[0], bytes)
    for (let i = 0; i < 10; i++) bytes.write(`change ${at + i}`, 1000 + i * 100_000)
    writeFileSync(files[1], Buffer.concat([Buffer.from('+'), bytes]))
  }
  for (const file of files) closeSync(file)
  const opened = [openSync(base, 'r'), openSync(content, 'r')] as const
  const length = statSync(content).size
  const began = performance.now()
  const cpu = process.cpuUsage()
  const matcher = await DeltaMatcher.of(new Pages(opened[1], length), {
    sha: 'base',
    pages: new Pages(opened[0], size),
  })
  const read = openSync(content, 'r')
  let bytes = 0
  let chunks = 0
  let rss = 0
  const ranges = {
    size: length,
    read: async (at: number, n: number) => {
      const buffer = Buffer.allocUnsafe(n)
      return ok(buffer.subarray(0, readSync(read, buffer, 0, n, at)))
    },
  }
  for await (const chunk of chunksOf(ranges, 0, matcher, 65_536)) {
    if (!chunk.ok) throw new Error(chunk.error.detail)
    bytes += chunk.value.body.length
    chunks++
    rss = Math.max(rss, process.memoryUsage().rss)
  }
  const { user, system } = process.cpuUsage(cpu)
  for (const file of [...opened, read]) closeSync(file)
  return {
    bytes: length,
    delta: bytes,
    chunks,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    cpuSeconds: Math.round((user + system) / 100_000) / 10,
    MBperCpuSecond: Math.round(length / (user + system)),
    peakRssMB: Math.round(rss / 1e6),
  }
}
