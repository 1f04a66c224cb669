import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Brought } from './delivery-near.ts'
import { assertThere, type Bench, copyBy, openEnds, round, tell } from './delivery-rows.ts'

/** Releases that follow each other, as the public registry has them: of 15 MB and more, and minified or binary ones beside them. */
const pairs = [
  ['typescript', '5.9.2', '5.9.3'],
  ['ag-grid-community', '33.0.3', '33.0.4'],
  ['@aws-sdk/client-ec2', '3.901.0', '3.908.0'],
  ['prettier', '3.6.1', '3.6.2'],
  ['esbuild-wasm', '0.25.1', '0.25.2'],
] as const

/** An unpacked tar of a release, fetched by npm. */
function tarOf(folder: string, name: string, version: string): string {
  const before = new Set(readdirSync(folder))
  execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder], {
    stdio: 'pipe',
  })
  const packed = readdirSync(folder).find((file) => !before.has(file) && file.endsWith('.tgz'))
  if (packed === undefined) throw new Error(`npm pack ${name}@${version}: no file`)
  const path = join(folder, packed.replace(/\.tgz$/, '.tar'))
  writeFileSync(path, gunzipSync(readFileSync(join(folder, packed))))
  return path
}

/** A new release where the host has the one before: by us, and whole by scp and as a difference by rsync -z. */
export async function measurePackages(bench: Bench): Promise<object> {
  // A line on which whole copies end soon: bytes are what is counted.
  const line = { rttMs: 60, kbitPerS: 40_000, budgetKbitPerS: 38_000, queueKb: 512, congestion: 'cubic' }
  const rows: object[] = []
  for (const [name, from, to] of pairs) {
    const ends = await openEnds(bench, line)
    const old = tarOf(ends.folder, name, from)
    const fresh = tarOf(ends.folder, name, to)
    const near = ends.near()
    await tell<Brought>(near, { do: 'bring', path: old, name, looks: false })
    await ends.emulator.reset()
    const brought = await tell<Brought>(near, { do: 'bring', path: fresh, name, looks: false })
    const ours = (await ends.emulator.now()).bytes_up
    assertThere(ends.far, fresh)
    const scp = (await copyBy(ends, 'scp', fresh, 'scp.tar')).span.bytes_up
    await copyBy(ends, 'rsync', old, 'rsync.tar')
    const rsync = (await copyBy(ends, 'rsync', fresh, 'rsync.tar')).span.bytes_up
    await ends.close()
    const size = readFileSync(fresh).length
    const share = (bytes: number): number => round((bytes / size) * 100, 3)
    rows.push({
      ...{ name, from, to, size, how: brought.how },
      ours: { bytes: ours, percent: share(ours) },
      scp: { bytes: scp, percent: share(scp) },
      rsync: { bytes: rsync, percent: share(rsync) },
    })
  }
  return { line, rows }
}
