import { copyFile, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../domain/result.ts'
import { makeFolder } from '../make-folder.ts'
import {
  type BundleEntry,
  type BundleTrouble,
  contentFile,
  type Manifest,
  manifestFile,
  manifestText,
  readManifest,
} from './manifest.ts'
import { measureSource, type Measured, type SourceFailure } from './source.ts'

/** What goes into a bundle: a measured file and what a person calls it. */
export type BundleContent = Measured & { readonly name: string }

/**
 * Writes a bundle into a folder (which is made): contents first, each verified as it lies on the disk, the manifest last, so that what a
 * manifest lists is there. What lies there already and is right is left; a bundle of another site is refused. Files of the same content are
 * one, under the first name.
 */
export async function writeBundle(
  folder: string,
  of: {
    readonly site: string
    readonly at: string
    readonly by: string
    readonly contents: readonly BundleContent[]
  },
): Promise<Result<Manifest, SourceFailure | BundleTrouble>> {
  const there = await readBundle(folder)
  if (there.ok && there.value.site !== of.site) return foreign(of.site, there.value.site)
  try {
    makeFolder(join(folder, 'content'))
  } catch (cause) {
    return unwritable(cause)
  }
  const contents = of.contents.filter(({ sha }, at, all) => all.findIndex((c) => c.sha === sha) === at)
  for (const content of contents) {
    const copied = await copy(folder, content)
    if (!copied.ok) return copied
  }
  const old = there.ok ? there.value.contents.filter((e) => !contents.some((c) => c.sha === e.sha)) : []
  const manifest: Manifest = {
    bundle: 1,
    site: of.site,
    made: { at: of.at, by: of.by },
    contents: [...old, ...contents.map(({ sha, size, name }) => ({ sha, size, name }))],
  }
  try {
    await writeThrough(join(folder, manifestFile), manifestText(manifest))
  } catch (cause) {
    return unwritable(cause)
  }
  return ok(manifest)
}

/** The manifest of a bundle. */
export async function readBundle(folder: string): Promise<Result<Manifest, BundleTrouble>> {
  try {
    return readManifest(await readFile(join(folder, manifestFile), 'utf8'))
  } catch (cause) {
    return err({
      kind: 'no-bundle',
      file: manifestFile,
      detail: cause instanceof Error ? cause.message : String(cause),
    })
  }
}

/** Reads every file of a bundle and holds it against its manifest; all that is wrong, in the order of the manifest. */
export async function verifyBundle(
  folder: string,
  site: string | undefined,
): Promise<{ readonly manifest: Manifest | undefined; readonly troubles: readonly BundleTrouble[] }> {
  const manifest = await readBundle(folder)
  if (!manifest.ok) return { manifest: undefined, troubles: [manifest.error] }
  const troubles: BundleTrouble[] = []
  const other =
    site === undefined || manifest.value.site === site ? undefined : foreign(site, manifest.value.site)
  if (other !== undefined && !other.ok) troubles.push(other.error)
  for (const entry of manifest.value.contents) {
    const trouble = await verifyEntry(folder, entry)
    if (trouble !== undefined) troubles.push(trouble)
  }
  return { manifest: manifest.value, troubles }
}

async function verifyEntry(
  folder: string,
  { sha, size, name }: BundleEntry,
): Promise<BundleTrouble | undefined> {
  const file = contentFile(sha)
  const found = await stat(join(folder, file)).catch(() => undefined)
  if (found === undefined) return { kind: 'missing', file, name }
  if (found.size !== size) return { kind: 'size', file, name, expected: size, got: found.size }
  const measured = await measureSource(join(folder, file))
  if (!measured.ok) return { kind: 'missing', file, name }
  return measured.value.sha === sha ? undefined : { kind: 'corrupted', file, name, got: measured.value.sha }
}

/** A half-written file has another name; one that lies there and is right is not written again. */
async function copy(
  folder: string,
  content: BundleContent,
): Promise<Result<void, SourceFailure | BundleTrouble>> {
  const { sha, size, name, path } = content
  if ((await verifyEntry(folder, { sha, size, name })) === undefined) return ok(undefined)
  const target = join(folder, contentFile(sha))
  const part = `${target}.part`
  try {
    await copyFile(path, part)
    {
      await using file = await open(part, 'r+')
      await file.sync()
    }
    const copied = await measureSource(part)
    if (copied.ok && copied.value.sha === sha) {
      await rename(part, target)
      return ok(undefined)
    }
    await rm(part, { force: true })
    const got = copied.ok ? copied.value.sha : copied.error.detail
    return err({ kind: 'source-changed', path, detail: `SHA-256 was ${sha}, the copy has ${got}` })
  } catch (cause) {
    // What a full disk took of it would be in the way of what is to fit once there is room.
    await rm(part, { force: true }).catch(() => undefined)
    const source = await measureSource(path)
    return source.ok ? unwritable(cause) : err(source.error)
  }
}

async function writeThrough(path: string, text: string): Promise<void> {
  const part = `${path}.part`
  {
    await using file = await open(part, 'w')
    await file.writeFile(text)
    await file.sync()
  }
  await rename(part, path)
}

const foreign = (expected: string, got: string): Result<never, BundleTrouble> =>
  err({ kind: 'foreign', file: manifestFile, expected, got })

const unwritable = (cause: unknown): Result<never, BundleTrouble> =>
  err({ kind: 'unwritable', file: '', detail: cause instanceof Error ? cause.message : String(cause) })
