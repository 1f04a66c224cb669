import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { hasCheckpointFile } from '../../engine/checkpoint.ts'
import { describeEngineFailure } from '../../engine/engine-failure.ts'
import { ensureEngine } from '../../engine/obtain.ts'
import type { StackPlace } from '../../engine/place.ts'
import { describeStackFailure } from '../../engine/stack-failure.ts'
import { copyStack } from '../../engine/state.ts'
import { type Overlay, stacksOf } from './overlay.ts'

export type CopyRequest = {
  /** Backend of the real state. */
  readonly backend: string
  /** The real work folder. */
  readonly work: string
  readonly sites: readonly Site[]
  /** The file that the inventory names. */
  readonly passphraseFile?: string
  readonly env: { readonly [name: string]: string | undefined }
  /** Folders with state are copied file by file; any other backend, or with `by: 'engine'` every one, through the engine. */
  readonly by?: 'engine'
}

/** Copies what the sites' stacks are: work folders, passphrase, checkpoints. The real ones are only read. */
export async function copyState(overlay: Overlay, request: CopyRequest): Promise<Result<void, string>> {
  const { work, sites, backend, by } = request
  for (const { program, site } of stacksOf(work, sites)) {
    const from = join(work, 'stacks', `${program}.${site}`)
    const to = join(overlay.work, 'stacks', `${program}.${site}`)
    // The engine's own folder holds nothing of the stack.
    cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, 'home') })
  }
  const passphrase = join(work, 'passphrase')
  if (existsSync(passphrase)) cpSync(passphrase, join(overlay.work, 'passphrase'))
  if (by === 'engine' || !hasCheckpointFile({ backendUrl: backend })) return throughEngine(overlay, request)
  copyFiles(fileURLToPath(backend), fileURLToPath(overlay.stateBackend), sites)
  return ok(undefined)
}

/** The checkpoints of these sites' stacks in a folder, and what the folder says of itself. */
function copyFiles(backend: string, ours: string, sites: readonly Site[]): void {
  const from = join(backend, '.pulumi')
  const to = join(ours, '.pulumi')
  const copy = (path: string): void => {
    const target = join(to, path.slice(from.length))
    mkdirSync(dirname(target), { recursive: true })
    cpSync(path, target)
  }
  const meta = join(from, 'meta.yaml')
  if (existsSync(meta)) copy(meta)
  const stacks = join(from, 'stacks')
  if (!existsSync(stacks)) return
  for (const entry of readdirSync(stacks, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && sites.some(({ id }) => entry.name.includes(`.${id}.`)))
      copy(join(entry.parentPath, entry.name))
  }
}

async function throughEngine(overlay: Overlay, request: CopyRequest): Promise<Result<void, string>> {
  const { backend, work, sites, env, passphraseFile } = request
  const stacks = stacksOf(work, sites)
  if (stacks.length === 0) return ok(undefined)
  const engine = await ensureEngine({ env: { ...env }, onProgress: () => {} })
  if (!engine.ok) return err(describeEngineFailure(engine.error))
  const inEnvironment = ['PULUMI_CONFIG_PASSPHRASE', 'PULUMI_CONFIG_PASSPHRASE_FILE'].some(
    (name) => env[name] !== undefined,
  )
  const file = passphraseFile ?? join(overlay.work, 'passphrase')
  for (const { program, site } of stacks) {
    const stack = `${program}.${site}`
    const placeIn = (backendUrl: string): StackPlace => ({
      enginePath: engine.value.path,
      engineVersion: engine.value.version,
      project: 'chancery',
      stack,
      backendUrl,
      workFolder: join(overlay.work, 'stacks', stack),
      pluginFolders: {},
      passphrase: inEnvironment || !existsSync(file) ? { from: 'environment' } : { from: 'file', path: file },
      env: { ...env },
    })
    const copied = await copyStack(placeIn(backend), placeIn(overlay.stateBackend))
    if (!copied.ok) return err(`${describeStackFailure(copied.error)} Nothing was rehearsed.`)
  }
  return ok(undefined)
}
