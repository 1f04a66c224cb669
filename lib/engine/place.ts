import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { err, ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile } from './checkpoint.ts'
import { engineUrl, mendState, type StateFolderFailure } from './state-folder.ts'
import { withoutPassword, type StackFailure } from './stack-failure.ts'

/** Where the passphrase of the state's secrets comes from. It reaches the engine by environment only. */
export type Passphrase =
  /** `PULUMI_CONFIG_PASSPHRASE` or `PULUMI_CONFIG_PASSPHRASE_FILE` of the environment. */
  | { readonly from: 'environment' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'value'; readonly value: string }

/** A stack and all that the engine needs to work on it. */
export type StackPlace = {
  /** The engine's executable. */
  readonly enginePath: string
  readonly engineVersion: string
  readonly project: string
  /** `mission.beirut`. */
  readonly stack: string
  /** `file:///folder`, `postgres://…`, `s3://…`. */
  readonly backendUrl: string
  /** The stack's own: two stacks in one folder would race on its files. Made when missing. */
  readonly workFolder: string
  /** Name of each package to the folder in which the engine finds its executable, also when it attaches to a port. */
  readonly pluginFolders: { readonly [name: string]: string }
  readonly passphrase: Passphrase
  readonly env: NodeJS.ProcessEnv
  /** Whose the state must be: that of another organisation is refused. Absent: anybody's. */
  readonly organisation?: string
  /** Hears what was mended of the state before it was used. Absent: nobody. */
  readonly note?: (text: string) => void
}

/**
 * Writes `Pulumi.yaml` when it is not as it should be, whole or not at all; mends what an engine left of the state that was killed or
 * had no room. Fails where the state is torn and nothing can take its place.
 */
async function prepareWorkFolder(place: StackPlace): Promise<Result<void, StackFailure>> {
  const mended = await mendState(place)
  if (!mended.ok) return err(folderFailure(place, mended.error))
  if (mended.value !== undefined) place.note?.(mended.value)
  await mkdir(place.workFolder, { recursive: true })
  const path = join(place.workFolder, 'Pulumi.yaml')
  const text = stringify({
    name: place.project,
    runtime: 'nodejs',
    plugins: {
      providers: Object.entries(place.pluginFolders).map(([name, folder]) => ({ name, path: folder })),
    },
  })
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return ok(undefined)
  const fresh = `${path}.${process.pid}.new`
  await writeFile(fresh, text)
  await rename(fresh, path)
  return ok(undefined)
}

/** Checks a place and makes its work folder ready: what comes before any call of the engine. */
export async function readyPlace(place: StackPlace): Promise<Result<void, StackFailure>> {
  const sound = await checkPlace(place)
  return sound.ok ? prepareWorkFolder(place) : sound
}

/** A failure of the folder in which a stack's state lies, as one of the stack. */
export const folderFailure = (
  { backendUrl }: Pick<StackPlace, 'backendUrl'>,
  failure: StateFolderFailure,
): StackFailure => ({ kind: 'backend', backendUrl: withoutPassword(backendUrl), ...failure })

/** The engine's environment. Nothing is asked for on the net, and no plugin is fetched. */
export function engineEnvironment(
  place: StackPlace,
  debugProviders: { readonly [name: string]: number },
): Record<string, string> {
  const env: NodeJS.ProcessEnv = {
    ...place.env,
    PATH: dirname(place.enginePath) + delimiter + (place.env['PATH'] ?? ''),
    PULUMI_AUTOMATION_API: 'true',
    // Only with this does the engine know --event-log.
    PULUMI_DEBUG_COMMANDS: 'true',
    PULUMI_BACKEND_URL: engineUrl(place.backendUrl),
    PULUMI_HOME: join(place.workFolder, 'home'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DEBUG_PROVIDERS: Object.entries(debugProviders)
      .map(([name, port]) => `${name}:${port}`)
      .join(','),
    ...passphraseEnvironment(place.passphrase),
  }
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function passphraseEnvironment(passphrase: Passphrase): NodeJS.ProcessEnv {
  switch (passphrase.from) {
    case 'environment':
      return {}
    case 'file':
      return { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: passphrase.path }
    case 'value':
      return { PULUMI_CONFIG_PASSPHRASE: passphrase.value, PULUMI_CONFIG_PASSPHRASE_FILE: undefined }
  }
}

/** What can be told without starting the engine: a passphrase is set, a state folder is there. */
async function checkPlace(place: StackPlace): Promise<Result<void, StackFailure>> {
  const { passphrase, env } = place
  const backendUrl = withoutPassword(place.backendUrl)
  const set =
    env['PULUMI_CONFIG_PASSPHRASE'] !== undefined || env['PULUMI_CONFIG_PASSPHRASE_FILE'] !== undefined
  if (passphrase.from === 'environment' && !set)
    return err({ kind: 'backend', backendUrl, problem: 'passphrase', detail: 'no passphrase is set' })
  if (!hasCheckpointFile(place)) return ok(undefined)
  const folder = fileURLToPath(place.backendUrl)
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return ok(undefined)
  const detail = found === undefined ? `there is no folder ${folder}` : `${folder} is not a folder`
  return err({ kind: 'backend', backendUrl, problem: 'not-found', detail })
}
