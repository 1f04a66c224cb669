import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../../domain/result.ts'
import { nearestThere } from '../make-folder.ts'
import { readBundle } from './bundle.ts'
import { type BundleTrouble, describeBundleTrouble, manifestFile } from './manifest.ts'

/** What is to be written, as far as that is known before anything of it is read. */
export type Intended = { readonly site: string; readonly sizes: readonly number[] }

/**
 * Whether a bundle can be written into a folder, which need not be there: nothing else is in its place, it holds no other site's bundle
 * and no manifest of something else, it can be written, and what is not there yet fits. Leaves nothing behind.
 */
export async function readyForBundle(folder: string, of: Intended): Promise<Result<void, BundleTrouble>> {
  try {
    const places = new Set([nearestThere(folder), nearestThere(join(folder, 'content'))])
    const other = await otherThere(folder, of.site)
    if (other !== undefined) return err(other)
    for (const place of places) tryToWrite(place)
    return roomFor(folder, of.sizes)
  } catch (cause) {
    return unusable(cause instanceof Error ? cause.message : String(cause))
  }
}

async function otherThere(folder: string, site: string): Promise<BundleTrouble | undefined> {
  if (!existsSync(join(folder, manifestFile))) return undefined
  const there = await readBundle(folder)
  if (there.ok)
    return there.value.site === site
      ? undefined
      : { kind: 'foreign', file: manifestFile, expected: site, got: there.value.site }
  return {
    kind: 'unusable',
    file: manifestFile,
    detail: `something else lies there: ${describeBundleTrouble(folder, there.error).split('. Nothing was changed')[0]}`,
  }
}

/** Whole and flushed, as a disk that is full or taken out tells only then. Throws what the file system does. */
function tryToWrite(folder: string): void {
  const probe = join(folder, `.chancery-${process.pid}`)
  const file = openSync(probe, 'w')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
    rmSync(probe, { force: true })
  }
}

/** What is of another size than everything that lies there is certainly to be written. */
function roomFor(folder: string, sizes: readonly number[]): Result<void, BundleTrouble> {
  const content = join(folder, 'content')
  const there = existsSync(content)
    ? readdirSync(content).map((name) => statSync(join(content, name), { throwIfNoEntry: false })?.size)
    : []
  const need = sizes.filter((size) => !there.includes(size)).reduce((sum, size) => sum + size, 0)
  const { blocks, bavail, bsize } = statfsSync(nearestThere(folder))
  const free = bavail * bsize
  // A file system that counts no blocks doesn't say.
  return blocks === 0 || need <= free ? ok(undefined) : err({ kind: 'no-room', file: '', need, free })
}

const unusable = (detail: string): Result<never, BundleTrouble> => err({ kind: 'unusable', file: '', detail })
