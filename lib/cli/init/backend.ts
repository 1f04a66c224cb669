import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { err, type Result } from '../../domain/result.ts'
import { describeEngineFailure } from '../../engine/engine-failure.ts'
import { ensureEngine } from '../../engine/obtain.ts'
import { type StackFailure, withoutPassword } from '../../engine/stack-failure.ts'
import { listStacks } from '../../engine/state.ts'
import { engineProgressText } from '../run/engine-progress-text.ts'
import { project } from '../run/stacks.ts'

export type BackendTrial = {
  readonly url: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly note: (text: string) => void
  readonly abort: AbortSignal
}

/** Why a trial found nothing: `engine` = there is none to try with. */
export type TrialFailure = { readonly of: 'engine' | 'backend'; readonly message: string }

/** Asks a backend, through the engine, for its stacks; gives their names. It makes itself ready for the first one meanwhile. */
export async function tryBackend(trial: BackendTrial): Promise<Result<readonly string[], TrialFailure>> {
  const progressText = engineProgressText()
  const engine = await ensureEngine({
    env: { ...trial.env },
    onProgress: (progress) => {
      const text = progressText(progress)
      if (text !== undefined) trial.note(text)
    },
    abort: trial.abort,
  })
  if (!engine.ok) return err({ of: 'engine', message: describeEngineFailure(engine.error) })
  const folder = mkdtempSync(join(tmpdir(), 'chancery-init-'))
  try {
    const stacks = await listStacks({
      enginePath: engine.value.path,
      engineVersion: engine.value.version,
      project,
      stack: project,
      backendUrl: trial.url,
      workFolder: join(folder, 'work'),
      pluginFolders: {},
      // Listing decrypts nothing.
      passphrase: { from: 'value', value: '' },
      env: { ...trial.env },
    })
    return stacks.ok ? stacks : err({ of: 'backend', message: trialWords(trial.url, stacks.error) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What an engine's complaint about a backend means, and what to do. Pure. */
export function trialWords(url: string, failure: StackFailure): string {
  const detail = withoutPassword(detailOf(failure)).replace(/^unable to open state database "[^"]*": /, '')
  const fix =
    fixes.find(([pattern]) => pattern.test(detail))?.[1] ?? 'Correct the URL, or make the backend ready.'
  return `The backend ${withoutPassword(url)} can't be used: ${detail}. ${fix}`
}

function detailOf(failure: StackFailure): string {
  switch (failure.kind) {
    case 'backend':
      return failure.detail
    case 'engine':
    case 'program':
      return failure.message
    case 'other-organisation':
      return `it is used by ${failure.got}`
    case 'locked':
      return 'it is in use'
    case 'resources':
      return failure.failed.map(({ message }) => message).join('; ')
    case 'interrupted':
      return 'it was interrupted'
  }
}

/** By what the drivers of the engine say; the first that fits. */
const fixes: readonly (readonly [RegExp, string])[] = [
  [/connection refused/, 'Nobody listens there: start the server, or correct address and port.'],
  [/no such host/, 'Its name is not known here: correct it.'],
  [
    /i\/o timeout|deadline exceeded/,
    'It does not answer: correct the address, or let this machine through to it.',
  ],
  [/3D000/, 'Make that database (createdb), or correct its name.'],
  [/28P01|28000|password|authentication/i, 'Correct the user in the URL, and set PGPASSWORD or PGPASSFILE.'],
  [/42501/, 'Give that user the right to create tables in the database.'],
  [
    /SSL is not enabled/,
    'Turn TLS on at the server; where the way there is safe, add ?sslmode=disable to the URL.',
  ],
  [/x509|certificate/, "Correct the server's certificate, or name its authority: ?sslrootcert=FILE."],
  [/NoSuchBucket/, 'Make that bucket, or correct its name.'],
  [/credentials/, 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.'],
  [/AccessDenied|Forbidden/, 'Give that account the right to list, read, write and delete there.'],
  [/PULUMI_ACCESS_TOKEN/, 'Set PULUMI_ACCESS_TOKEN.'],
  [/there is no folder/, 'Make that folder, where every operator reaches it.'],
  [/permission denied|read-only/, 'Give this account the right to write there.'],
]
