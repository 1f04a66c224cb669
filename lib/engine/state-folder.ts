import { readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile, parseCheckpoint } from './checkpoint.ts'
import {
  type CheckpointFile,
  copiesOf,
  currentOf,
  keepCopy,
  putBack,
  type StateCopy,
} from './state-copies.ts'

export type InFolder = { readonly backendUrl: string; readonly project: string; readonly stack: string }

/** Why nothing may be done with a state that lies in a folder. Nothing was changed, there or on a host. */
export type StateFolderFailure = { readonly problem: 'torn' | 'full'; readonly detail: string }

/**
 * The backend as the engine is told it. Beside each file of a folder the engine's store keeps one of attributes, which it empties
 * before it writes it: an engine killed in between leaves a state that it can't read any more. Nobody needs them: none are written.
 */
export const engineUrl = (backendUrl: string): string =>
  hasCheckpointFile({ backendUrl }) && !/[?&]metadata=/.test(backendUrl)
    ? `${backendUrl}${backendUrl.includes('?') ? '&' : '?'}metadata=skip`
    : backendUrl

/**
 * Mends what an engine left that was killed, or whose disk was full: attributes that are half written go, and a checkpoint that is cut
 * off gives way to the newest sound copy of it. Gives what is to be told of that; undefined: there was nothing to mend.
 */
export async function mendState(place: InFolder): Promise<Result<string | undefined, StateFolderFailure>> {
  if (!hasCheckpointFile(place)) return ok(undefined)
  const root = fileURLToPath(place.backendUrl)
  const file = join(root, '.pulumi/stacks', place.project, `${place.stack}.json`)
  for (const path of [`${file}.attrs`, `${file}.bak.attrs`]) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text !== undefined && !isJson(text)) await rm(path, { force: true })
  }
  const current = await currentOf(root, place)
  if (current === undefined) return ok(undefined)
  const tear = tearOf(current, place)
  return tear === undefined ? ok(undefined) : restore(root, place, current, tear)
}

/** What is wrong with a checkpoint that was not written whole; undefined for any other, also for one that is not to be used here. */
function tearOf({ text, file, damage }: CheckpointFile, place: InFolder): string | undefined {
  if (damage !== undefined) return damage
  const parsed = parseCheckpoint(text, file, place)
  return parsed.ok || parsed.error.kind !== 'unreadable' ? undefined : parsed.error.detail
}

async function restore(
  root: string,
  place: InFolder,
  torn: CheckpointFile,
  tear: string,
): Promise<Result<string | undefined, StateFolderFailure>> {
  const copies = await copiesOf(root, place)
  const [copy] = copies.filter(({ flaw }) => flaw === undefined)
  if (copy === undefined) return err({ problem: 'torn', detail: noCopyWords(torn.file, tear, copies) })
  const put = await putBack(torn, copy, (file) => tearOf(file, place) === undefined)
  if (!put.ok) return err({ problem: 'torn', detail: `${torn.file}: ${tear}; ${put.error}` })
  if (put.value === undefined) return ok(undefined)
  return ok(
    `the state ${torn.file} was torn (${tear}). Put back is its copy ${copy.file} ${ofWhen(copy)}; what was torn is kept as ${put.value}. What happened since that copy is looked at on the hosts, whose records say what is ours.`,
  )
}

const ofWhen = ({ at }: StateCopy): string =>
  at === undefined ? 'of before anything was applied' : `of ${new Date(at).toISOString()}`

const noCopyWords = (file: string, tear: string, copies: readonly StateCopy[]): string =>
  `${file}: ${tear}; ${
    copies.length === 0
      ? 'no copy of it lies beside it, in backups or in history'
      : `none of its ${copies.length} copies is sound: ${copies.map(({ file: copy, flaw }) => `${copy} (${flaw ?? 'sound'})`).join(', ')}`
  }`

/** Free space without which nothing is begun, bytes; besides, room for the checkpoint three times: itself, its copy, the one before. */
export const reserveBytes = 16 * 1024 * 1024

type Volume = { readonly bavail: number; readonly bsize: number }

/**
 * Whether what is applied can be written down: the volumes of the state and of the work folder need `reserveBytes` and three times the
 * checkpoint. Where they have it, a copy of the checkpoint is kept first. `volumeOf`: what is free where a folder lies.
 */
export async function roomForState(
  { workFolder, ...place }: InFolder & { readonly workFolder: string },
  volumeOf: (folder: string) => Promise<Volume> = statfs,
): Promise<Result<void, StateFolderFailure>> {
  const root = hasCheckpointFile(place) ? fileURLToPath(place.backendUrl) : undefined
  const size = root === undefined ? 0 : ((await currentOf(root, place))?.bytes ?? 0)
  const needed = reserveBytes + 3 * size
  for (const folder of [...(root === undefined ? [] : [root]), workFolder]) {
    const { bavail, bsize } = await volumeOf(folder)
    const free = bavail * bsize
    if (free < needed)
      return err({
        problem: 'full',
        detail: `the volume of ${folder} has ${megabytes(free)} MB free, expected at least ${megabytes(needed)} MB`,
      })
  }
  const kept = root === undefined ? ok(undefined) : await keepCopy(root, place)
  return kept.ok ? kept : err({ problem: 'full', detail: kept.error })
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
