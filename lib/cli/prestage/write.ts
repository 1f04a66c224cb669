import { basename, join, resolve } from 'node:path'
import { systemClock } from '../../domain/clock.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { type BundleContent, writeBundle } from '../../link/delivery/bundle.ts'
import type { BundleTrouble } from '../../link/delivery/manifest.ts'
import type { SourceFailure } from '../../link/delivery/source.ts'
import { describeHolder } from '../../link/lease-failure.ts'
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
  if (!made.ok) {
    return err(
      `${folder}: ${describeTrouble(made.error)}. The bundle is not complete. Correct that and run again.`,
    )
  }
  const list = made.value.contents.map(({ name, sha, size }) => ({ name, sha256: sha, size }))
  const sum = list.reduce((all, { size }) => all + size, 0)
  const text = [
    ...list.map(({ name, sha256, size }) => `${sha256}  ${bytes(size).padStart(9)}  ${name}`),
    `${plural(list.length, 'file')}, ${bytes(sum)}, for ${to.site} in ${folder}, each verified. At the site: chancery prestage ${files.join(' ')} --site ${to.site} --pick-up FOLDER`,
  ].join('\n')
  return ok({ folder, site: to.site, contents: list, text })
}

function describeTrouble(trouble: SourceFailure | BundleTrouble): string {
  switch (trouble.kind) {
    case 'source-changed':
    case 'source-unreadable':
      return `${trouble.path}: ${trouble.detail}`
    case 'no-bundle':
      return `${trouble.file}: ${trouble.detail}`
    case 'bad-manifest':
      return `${trouble.file}, ${trouble.at}: expected ${trouble.expected}, got ${trouble.got}`
    case 'foreign':
      return `a bundle for ${trouble.got} is there, expected one for ${trouble.expected}`
    case 'missing':
      return `${trouble.name} (${trouble.file}) is missing`
    case 'size':
      return `${trouble.name} (${trouble.file}): expected ${trouble.expected} bytes, got ${trouble.got}`
    case 'corrupted':
      return `${trouble.name} (${trouble.file}): what lies on the disk has the SHA-256 ${trouble.got}`
  }
}
