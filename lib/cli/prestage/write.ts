import { basename, join, resolve } from 'node:path'
import { systemClock } from '../../domain/clock.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { type BundleContent, writeBundle } from '../../link/delivery/bundle.ts'
import { readyForBundle } from '../../link/delivery/bundle-place.ts'
import { type BundleTrouble, describeBundleTrouble } from '../../link/delivery/manifest.ts'
import type { SourceFailure } from '../../link/delivery/source.ts'
import { describeHolder } from '../../link/holder.ts'
import { thisProcess } from '../../link/this-process.ts'
import type { Context } from '../command.ts'
import { SourceCache } from '../delivery/source-cache.ts'
import { workRoot } from '../run/stacks.ts'
import { bytes, plural } from '../view/units.ts'
import { shellWord } from './folder.ts'

export type Written = {
  readonly folder: string
  readonly site: string
  readonly contents: readonly { readonly name: string; readonly sha256: string; readonly size: number }[]
  readonly text: string
}

/** Why no bundle was written, in a sentence. `tried`: some of it may lie there. */
export type Unwritten = { readonly tried: boolean; readonly because: string }

/** Writes files of this machine as a bundle for a site. What can be told beforehand is, and then nothing is read. */
export async function writeFiles(
  files: readonly string[],
  to: { readonly site: string; readonly folder: string },
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
): Promise<Result<Written, Unwritten>> {
  const cache = new SourceCache(cwd, join(workRoot(cwd, env), 'sources.json'))
  const sizes: number[] = []
  for (const file of files) {
    const size = await cache.size(file)
    if (!size.ok) return untried(`${size.error}. Nothing was written.`)
    sizes.push(size.value)
  }
  const folder = resolve(cwd, to.folder)
  const ready = await readyForBundle(folder, { site: to.site, sizes })
  if (!ready.ok) return untried(describeBundleTrouble(folder, ready.error))
  const contents: BundleContent[] = []
  for (const file of files) {
    const measured = await cache.measure(file)
    if (!measured.ok) return untried(`${measured.error}. Nothing was written.`)
    contents.push({ ...measured.value, name: basename(file) })
  }
  const at = new Date(systemClock.now()).toISOString()
  const made = await writeBundle(folder, { site: to.site, at, by: describeHolder(thisProcess()), contents })
  if (!made.ok) return err({ tried: true, because: describeTrouble(folder, made.error) })
  const list = made.value.contents.map(({ name, sha, size }) => ({ name, sha256: sha, size }))
  const sum = list.reduce((all, { size }) => all + size, 0)
  const text = [
    ...list.map(({ name, sha256, size }) => `${sha256}  ${bytes(size).padStart(9)}  ${name}`),
    `${plural(list.length, 'file')}, ${bytes(sum)}, for ${to.site} in ${folder}, each verified. At the site: chancery prestage ${files.map(shellWord).join(' ')} --site ${to.site} --pick-up FOLDER`,
  ].join('\n')
  return ok({ folder, site: to.site, contents: list, text })
}

const untried = (because: string): Result<never, Unwritten> => err({ tried: false, because })

const describeTrouble = (folder: string, trouble: SourceFailure | BundleTrouble): string =>
  trouble.kind === 'source-changed' || trouble.kind === 'source-unreadable'
    ? `${trouble.path}: ${trouble.detail}. The bundle is not complete. Correct that and run again.`
    : describeBundleTrouble(folder, trouble)
