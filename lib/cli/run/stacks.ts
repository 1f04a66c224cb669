import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { hasCheckpointFile } from '../../engine/checkpoint.ts'
import { describeEngineFailure } from '../../engine/engine-failure.ts'
import { ensureEngine } from '../../engine/obtain.ts'
import type { Passphrase, StackPlace } from '../../engine/place.ts'
import { withoutPassword } from '../../engine/stack-failure.ts'
import { engineProgressText } from './engine-progress-text.ts'
import { ensureFolders, ensurePassphrase, isFileError } from './own-folders.ts'
import { stackName } from './program.ts'
import type { RunFailure } from './types.ts'

/** What is said of where stacks live. */
export type StacksRequest = {
  readonly sites: readonly Site[]
  readonly estate: Pick<Estate, 'organisation' | 'stateBackend' | 'passphraseFile'>
  /** Folder that `.chancery` lies in. */
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  /** What is being done meanwhile: the engine is obtained. */
  readonly note: (text: string) => void
}

/**
 * Folder of everything that is kept beside the project: work folders of stacks, what is known of hosts. `CHANCERY_WORK_FOLDER` names
 * another one.
 */
export const workRoot = (
  cwd: string,
  env: { readonly [name: string]: string | undefined } = process.env,
): string => env['CHANCERY_WORK_FOLDER'] ?? join(cwd, '.chancery')

/** The work folder of a stack. */
export const stackFolder = (root: string, stack: string): string => join(root, 'stacks', stack)

/** The Pulumi project of all stacks. */
export const project = 'chancery'

const launcher = dirname(
  fileURLToPath(new URL('../../provider/launcher/pulumi-resource-chancery', import.meta.url)),
)

/** A stack and where it lives, without the engine that works on it. */
export type StackHome = Omit<StackPlace, 'enginePath' | 'engineVersion'>

/** The stack of a program at each site, in their order. Their folders are made where they are missing; no host is touched. */
export function stackHomes(
  request: Omit<StacksRequest, 'note'>,
  program: string,
): Result<readonly StackHome[], RunFailure> {
  const root = workRoot(request.cwd, request.env)
  const stacks = request.sites.map((site) => stackName(program, site.id))
  const folders = ensureFolders([
    root,
    ...ownState(request),
    ...stacks.map((stack) => stackFolder(root, stack)),
  ])
  const passphrase = folders.ok ? passphraseOf(request) : folders
  if (!passphrase.ok) return err({ kind: 'setup', message: passphrase.error })
  return ok(
    stacks.map((stack) => ({
      project,
      stack,
      backendUrl: request.estate.stateBackend,
      workFolder: stackFolder(root, stack),
      pluginFolders: { chancery: launcher, command: join(launcher, 'command') },
      passphrase: passphrase.value,
      organisation: request.estate.organisation,
      env: { ...request.env },
    })),
  )
}

/** The engine, and the stack of a program at each site, in their order. */
export async function openStacks(
  request: StacksRequest,
  program: string,
  abort: AbortSignal,
): Promise<Result<readonly StackPlace[], RunFailure>> {
  const homes = stackHomes(request, program)
  if (!homes.ok) return homes
  const progressText = engineProgressText()
  const engine = await ensureEngine({
    env: { ...request.env },
    onProgress: (progress) => {
      const text = progressText(progress)
      if (text !== undefined) request.note(text)
    },
    abort,
  })
  if (!engine.ok) return err({ kind: 'setup', message: describeEngineFailure(engine.error) })
  const { path: enginePath, version: engineVersion } = engine.value
  return ok(
    homes.value.map((home, at) => ({
      ...home,
      enginePath,
      engineVersion,
      note: (text: string) => request.note(`${request.sites[at]?.id ?? home.stack}  ${text}`),
    })),
  )
}

/** A state folder of our own is made on first use; any other must exist. */
const ownState = (request: Pick<StacksRequest, 'estate' | 'env'>): readonly string[] =>
  isOwn(request) ? [fileURLToPath(request.estate.stateBackend)] : []

/** A folder below some `.chancery`, or a rehearsal's: nobody shares it. */
function isOwn({ estate: { stateBackend }, env }: Pick<StacksRequest, 'estate' | 'env'>): boolean {
  const rehearsal = env['CHANCERY_REHEARSAL']
  return (
    hasCheckpointFile({ backendUrl: stateBackend }) &&
    (stateBackend.includes('/.chancery/') ||
      (rehearsal !== undefined && stateBackend.startsWith(pathToFileURL(`${rehearsal}${sep}`).href)))
  )
}

const names = ['PULUMI_CONFIG_PASSPHRASE', 'PULUMI_CONFIG_PASSPHRASE_FILE']

/**
 * From the environment where it is set, else from the file that the inventory names, else from one of our own, which is made only
 * for states that nobody shares: made twice, it would be two.
 */
function passphraseOf(request: Omit<StacksRequest, 'note'>): Result<Passphrase, string> {
  if (names.some((name) => request.env[name] !== undefined)) return ok({ from: 'environment' })
  const { stateBackend, passphraseFile } = request.estate
  if (passphraseFile !== undefined) return fromFile(passphraseFile, stateBackend)
  const own = join(workRoot(request.cwd, request.env), 'passphrase')
  if (isOwn(request)) {
    const path = ensurePassphrase(own)
    return path.ok ? ok({ from: 'file', path: path.value }) : path
  }
  return err(
    `the passphrase of the states' secrets in ${withoutPassword(stateBackend)}: expected one that every operator shares, got none. No host was touched. Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that has it, or name that file as passphraseFile in organisation.yaml.${
      existsSync(own)
        ? ` (If ${own}, which was made on this machine, is what these states are encrypted with, name that, and give it to the other operators.)`
        : ''
    }`,
  )
}

/** The file that the inventory names: never made here, for it would be another one on each machine. */
function fromFile(path: string, stateBackend: string): Result<Passphrase, string> {
  const expected = `passphraseFile: expected the file ${path} with the passphrase of the states' secrets in ${withoutPassword(stateBackend)}`
  const fix =
    'No host was touched. Get it from another operator, correct passphraseFile in organisation.yaml, or set PULUMI_CONFIG_PASSPHRASE.'
  try {
    return readFileSync(path, 'utf8').trim() === ''
      ? err(`${expected}, but it is empty. ${fix}`)
      : ok({ from: 'file', path })
  } catch (error) {
    if (!isFileError(error)) throw error
    return err(
      error.code === 'ENOENT'
        ? `${expected}, but there is none. ${fix}`
        : `${expected}, but it can't be read (${error.code}). ${fix}`,
    )
  }
}
