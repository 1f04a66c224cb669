import { basename, join, resolve } from 'node:path'
import { systemClock } from '../../domain/clock.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { type BundleContent, writeBundle } from '../../link/delivery/bundle.ts'
import { type BundleTrouble, describeBundleTrouble } from '../../link/delivery/manifest.ts'
import type { SourceFailure } from '../../link/delivery/source.ts'
import { describeHolder } from '../../link/holder.ts'
import { thisProcess } from '../../link/this-process.ts'
import type { Context } from '../command.ts'
import { SourceCache } from '../delivery/source-cache.ts'
import { workRoot } from '../run/stacks.ts'
import { bytes, plural } from '../view/units.ts'

export type Written = {
  readonly folder: string
  readonly site: string
  readonly contents: readonly { readonly name: string; readonly sha256: string; readonly size: number }[]
  readonly text: string
}

/** Writes files of this machine as a bundle for a site; why not, in a sentence. */
export async function writeFiles(
  files: readonly string[],
  to: { readonly site: string; readonly folder: string },
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
): Promise<Result<Written, string>> {
  const cache = new SourceCache(cwd, join(workRoot(cwd, env), 'sources.json'))
  const contents: BundleContent[] = []
  for (const file of files) {
    const measured = await cache.measure(file)
    if (!measured.ok) return err(`${measured.error}. Nothing was written.`)
    contents.push({ ...measured.value, name: basename(file) })
  }
  const folder = resolve(cwd, to.folder)
  const at = new Date(systemClock.now()).toISOString()
  const made = await writeBundle(folder, { site: to.site, at, by: describeHolder(thisProcess()), contents })
  if (!made.ok) return err(describeTrouble(folder, made.error))
  const list = made.value.contents.map(({ name, sha, size }) => ({ name, sha256: sha, size }))
  const sum = list.reduce((all, { size }) => all + size, 0)
  const text = [
    ...list.map(({ name, sha256, size }) => `${sha256}  ${bytes(size).padStart(9)}  ${name}`),
    `${plural(list.length, 'file')}, ${bytes(sum)}, for ${to.site} in ${folder}, each verified. At the site: chancery prestage ${files.join(' ')} --site ${to.site} --pick-up FOLDER`,
  ].join('\n')
  return ok({ folder, site: to.site, contents: list, text })
}

const describeTrouble = (folder: string, trouble: SourceFailure | BundleTrouble): string =>
  trouble.kind === 'source-changed' || trouble.kind === 'source-unreadable'
    ? `${trouble.path}: ${trouble.detail}. The bundle is not complete. Correct that and run again.`
    : describeBundleTrouble(folder, trouble)
