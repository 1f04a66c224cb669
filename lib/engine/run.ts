import { LocalWorkspace, Stack, type EngineEvent as RawEvent } from '@pulumi/pulumi/automation/index.js'
import { err, ok, type Result } from '../domain/result.ts'
import { readEvent, rootStackType, type EngineEvent, type EngineOp } from './engine-event.ts'
import type { Interrupts } from './interrupts.ts'
import { isolated } from './isolate.ts'
import { engineEnvironment, folderFailure, readyPlace, type StackPlace } from './place.ts'
import { notSettled, settleCreations } from './pending.ts'
import { engineCommand, EngineExit } from './pulumi-command.ts'
import { readFailure, stackNotFound } from './read-failure.ts'
import type { StackFailure } from './stack-failure.ts'
import { isFiled } from './state-file.ts'
import { roomForState } from './state-folder.ts'

export type Operation = 'preview' | 'up' | 'refresh' | 'destroy' | 'preview-refresh' | 'preview-destroy'

export type StackRun = StackPlace & {
  readonly program: () => Promise<Record<string, unknown> | undefined>
  readonly operation: Operation
  /** Name of each package to the port on which its provider serves this run. */
  readonly debugProviders: { readonly [name: string]: number }
  /** Resource operations at once, ≥ 1. */
  readonly parallel: number
  /** URNs; only these. */
  readonly targets?: readonly string[]
  /** What the backend keeps with a run that may change something. */
  readonly message?: string
  readonly onEvent: (event: EngineEvent) => void
  readonly interrupts: Interrupts
}

export type StackSummary = {
  readonly changes: { readonly [op in EngineOp]?: number }
  readonly seconds: number
  readonly maybeCorrupt: boolean
  /** What the program exports, secrets masked. */
  readonly outputs: { readonly [name: string]: unknown }
}

/**
 * Runs one operation of the engine on one stack, with the program in this process. Makes the stack when there is none; then there
 * is nothing to refresh or destroy. A resource that fails stops only what depends on it.
 */
export async function runStack(run: StackRun): Promise<Result<StackSummary, StackFailure>> {
  const ready = await readyPlace(run)
  if (!ready.ok) return ready
  const room = changesHosts(run.operation) ? await roomForState(run) : ok(undefined)
  if (!room.ok) return err(folderFailure(run, room.error))
  const events: EngineEvent[] = []
  let outputs: Record<string, unknown> = {}
  let thrown: string | undefined
  const { command, hear: heard } = engineCommand({ ...run, env: engineEnvironment(run, run.debugProviders) })

  const workspace = await LocalWorkspace.create({
    workDir: run.workFolder,
    pulumiCommand: command,
    program: async () => {
      try {
        return await run.program()
      } catch (error) {
        thrown = error instanceof Error ? (error.stack ?? error.message) : String(error)
        throw error
      }
    },
  })
  // The API would start the engine once to select the stack, and three times after each run to tell what the events have told.
  workspace.selectStack = () => Promise.resolve()
  const stack = await Stack.select(run.stack, workspace)
  stack.outputs = () => Promise.resolve({})
  stack.info = () => Promise.resolve(undefined)

  const hear = (raw: RawEvent) => {
    heard(raw)
    const event = readEvent(raw)
    const exported = raw.resOutputsEvent?.metadata
    if (exported?.type === rootStackType) outputs = exported.new?.outputs ?? {}
    if (event === undefined) return
    events.push(event)
    run.onEvent(event)
  }
  const start = () => isolated(() => operate(stack, run, hear))
  const failed = (stderr: string): Result<never, StackFailure> =>
    err(readFailure({ ...run, stderr, events, thrown, interruptLevel: run.interrupts.level }))

  /** Creations that a run before this one did not end have ended now. */
  const settle = async (): Promise<void> => {
    if (!changesHosts(run.operation) || !events.some((event) => event.kind === 'summary')) return
    const settled = await settleCreations(run, events)
    if (!settled.ok) run.onEvent(notSettled(settled.error))
  }

  try {
    if (run.interrupts.level > 0) return failed('')
    // Where the files don't tell, the engine does, by its exit.
    const started = (await isFiled(run)) === false ? 'no-stack' : await startIfThere(start)
    if (started === 'no-stack') {
      if (run.operation !== 'preview' && run.operation !== 'up') return ok(nothing)
      await createStack(workspace, run.stack)
      if (run.interrupts.level > 0) return failed('')
      await start()
    }
    await settle()
  } catch (error) {
    if (!(error instanceof EngineExit)) throw error
    // Some resources failed; the others are done.
    if (error.exit.kind === 'exited' && run.interrupts.level === 0) await settle()
    return failed(error.exit.kind === 'exited' ? error.exit.stderr : error.exit.detail)
  }
  const summary = events.find((event) => event.kind === 'summary')
  if (summary === undefined) return ok({ ...nothing, outputs })
  const { changes, seconds, maybeCorrupt } = summary
  return ok({ changes, seconds, maybeCorrupt, outputs })
}

/** What a run of these does is lost where it can't be written down. */
const changesHosts = (operation: Operation): boolean =>
  operation === 'up' || operation === 'destroy' || operation === 'refresh'

const nothing: StackSummary = { changes: {}, seconds: 0, maybeCorrupt: false, outputs: {} }

function operate(stack: Stack, run: StackRun, onEvent: (event: RawEvent) => void): Promise<unknown> {
  const options = {
    onEvent,
    parallel: run.parallel,
    color: 'never' as const,
    suppressProgress: true,
    ...(run.targets && { target: [...run.targets] }),
  }
  const kept = { ...options, ...(run.message !== undefined && { message: run.message }) }
  switch (run.operation) {
    case 'preview':
      return stack.preview(options)
    case 'up':
      return stack.up({ ...kept, continueOnError: true })
    case 'refresh':
      return stack.refresh(kept)
    case 'destroy':
      return stack.destroy({ ...kept, continueOnError: true })
    case 'preview-refresh':
      return stack.previewRefresh(options)
    case 'preview-destroy':
      return stack.previewDestroy(options)
  }
}

/** The engine says by its exit that there is no such stack. */
async function startIfThere(start: () => Promise<unknown>): Promise<'ended' | 'no-stack'> {
  try {
    await start()
    return 'ended'
  } catch (error) {
    if (error instanceof EngineExit && error.exit.kind === 'exited' && error.exit.code === stackNotFound)
      return 'no-stack'
    throw error
  }
}

/** Another process may have made it in the meantime. */
async function createStack(workspace: LocalWorkspace, name: string): Promise<void> {
  try {
    await workspace.createStack(name)
  } catch (error) {
    const exists =
      error instanceof EngineExit &&
      error.exit.kind === 'exited' &&
      /stack .*already exists/.test(error.exit.stderr)
    if (!exists) throw error
  }
}
