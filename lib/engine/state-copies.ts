import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { parseCheckpoint } from './checkpoint.ts'

type Stack = { readonly project: string; readonly stack: string }

/** A checkpoint as it lies in a folder. */
export type CheckpointFile = {
  readonly file: string
  /** Unpacked; empty where it can't be. */
  readonly text: string
  /** On the disk. */
  readonly bytes: number
  /** Why it can't be unpacked; undefined: it can. */
  readonly damage: string | undefined
}

/** An earlier checkpoint of the same stack. */
export type StateCopy = CheckpointFile & {
  /** Why it can't take the place of another; undefined: it can be read, and is of this stack. */
  readonly flaw: string | undefined
  /** When the engine wrote it, ms; undefined: nothing had been applied then, or it is not said. */
  readonly at: number | undefined
}

const folderOf = (root: string, { project }: Stack): string => join(root, '.pulumi/stacks', project)

/** The checkpoint that the engine would read, packed or not; undefined where there is none. */
export async function currentOf(root: string, stack: Stack): Promise<CheckpointFile | undefined> {
  const file = join(folderOf(root, stack), `${stack.stack}.json`)
  return (await read(file)) ?? (await read(`${file}.gz`))
}

/** Our own copy of a checkpoint: a full disk tears all of the engine's, which are written in the same moments as the checkpoint. */
const ownCopy = (root: string, stack: Stack): string =>
  join(folderOf(root, stack), `${stack.stack}.json.sound`)

/** Keeps a copy of a sound checkpoint before anything is applied, whole on the disk or not at all. The error is a half sentence. */
export async function keepCopy(root: string, stack: Stack): Promise<Result<void, string>> {
  const current = await currentOf(root, stack)
  const place = ownCopy(root, stack)
  const draft = `${place}.${randomUUID().slice(0, 8)}`
  try {
    if (current === undefined || flawOf(current, stack) !== undefined) return ok(undefined)
    if ((await read(place))?.text === current.text) return ok(undefined)
    await writeWhole(draft, current.text)
    await rename(draft, place)
    await syncFolder(dirname(place))
    return ok(undefined)
  } catch (error) {
    if (!isFileError(error)) throw error
    await rm(draft, { force: true })
    return err(`a copy of ${current?.file ?? 'the checkpoint'} can't be kept beside it (${error.message})`)
  }
}

/**
 * Every copy that is kept, the newest sound one first: our own, the engine's of the one before, and those of the beginning and the end
 * of each run. Source: pulumi pkg/backend/diy/state.go, 3.259.
 */
export async function copiesOf(root: string, stack: Stack): Promise<readonly StateCopy[]> {
  const name = stack.stack
  const before = [
    ownCopy(root, stack),
    ...['.json.bak', '.json.gz.bak'].map((end) => join(folderOf(root, stack), `${name}${end}`)),
  ]
  const kept = await Promise.all(
    (['backups', 'history'] as const).map((kind) =>
      filesIn(join(root, '.pulumi', kind, stack.project, name)),
    ),
  )
  const files = [...before, ...kept.flat().filter((file) => /\.json(\.gz)?$/.test(file) && !isHistory(file))]
  const copies: StateCopy[] = []
  for (const file of files) {
    const one = await read(file)
    if (one === undefined) continue
    const flaw = flawOf(one, stack)
    copies.push({ ...one, flaw, at: flaw === undefined ? writtenAt(one.text) : undefined })
  }
  const rank = ({ flaw }: StateCopy): number => (flaw === undefined ? 0 : 1)
  return copies.sort((a, b) => rank(a) - rank(b) || (b.at ?? 0) - (a.at ?? 0))
}

function flawOf({ damage, text, file }: CheckpointFile, stack: Stack): string | undefined {
  if (damage !== undefined) return damage
  const parsed = parseCheckpoint(text, file, stack)
  if (parsed.ok) return undefined
  const { error } = parsed
  return 'got' in error ? `it is of ${error.got}` : error.detail
}

/** Beside each checkpoint of the history lies what was run. */
const isHistory = (file: string): boolean => /\.history\.json(\.gz)?$/.test(file)

/**
 * Puts a copy in the place of what is torn, which is kept under another name; gives that name. Undefined: somebody wrote a sound one in
 * the meantime, which stays. At every instant there is a file: the torn one, or the copy. The error is a half sentence.
 */
export async function putBack(
  torn: CheckpointFile,
  copy: StateCopy,
  isSound: (file: CheckpointFile) => boolean,
): Promise<Result<string | undefined, string>> {
  const place = torn.file.replace(/\.gz$/, '')
  const mark = randomUUID().slice(0, 8)
  const aside = `${place}.torn-${mark}${torn.file.slice(place.length)}`
  const draft = `${place}.draft-${mark}`
  try {
    await copyFile(torn.file, aside, constants.COPYFILE_EXCL)
    const kept = await read(aside)
    if (kept !== undefined && isSound({ ...kept, file: torn.file })) {
      await rm(aside)
      return ok(undefined)
    }
    await writeWhole(draft, copy.text)
    await rename(draft, place)
    if (torn.file !== place) await rm(torn.file)
    await syncFolder(dirname(place))
    return ok(aside)
  } catch (error) {
    if (!isFileError(error)) throw error
    await rm(draft, { force: true })
    return err(`its copy ${copy.file} is sound, but can't be put in its place (${error.message})`)
  }
}

/** Writes a copy anew, as it is packed, unless somebody else has written it since it was read. The error is a half sentence. */
export async function replaceCopy(copy: CheckpointFile, text: string): Promise<Result<void, string>> {
  const draft = `${copy.file}.draft-${randomUUID().slice(0, 8)}`
  try {
    if ((await read(copy.file))?.text !== copy.text) return err('it was written by another run meanwhile')
    await writeWhole(draft, isPacked(copy.file) ? gzipSync(text) : text)
    await rename(draft, copy.file)
    await syncFolder(dirname(copy.file))
    return ok(undefined)
  } catch (error) {
    if (!isFileError(error)) throw error
    await rm(draft, { force: true })
    return err(error.message)
  }
}

/** On the disk before it has its name. */
async function writeWhole(path: string, text: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const manifestShape = z.object({
  checkpoint: z.object({ latest: z.object({ manifest: z.object({ time: z.string() }) }) }),
})

function writtenAt(text: string): number | undefined {
  const manifest = manifestShape.safeParse(JSON.parse(text))
  const at = manifest.success ? Date.parse(manifest.data.checkpoint.latest.manifest.time) : NaN
  return at > 0 ? at : undefined
}

const isPacked = (file: string): boolean => /\.gz(\.bak)?$/.test(file)

async function read(file: string): Promise<CheckpointFile | undefined> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (isFileError(error) && error.code === 'ENOENT') return undefined
    throw error
  })
  if (bytes === undefined) return undefined
  const base = { file, bytes: bytes.length, damage: undefined }
  if (!isPacked(file)) return { ...base, text: bytes.toString('utf8') }
  try {
    return { ...base, text: gunzipSync(bytes).toString('utf8') }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { ...base, text: '', damage: `it is cut off after ${bytes.length} bytes (${error.message})` }
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.map((name) => join(folder, name))
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error
