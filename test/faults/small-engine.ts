import type { Clock } from '../../lib/domain/clock.ts'
import type { Event } from '../../lib/domain/event.ts'
import type { Failure } from '../../lib/domain/failure.ts'
import { armGuards } from '../../lib/cli/run/guards.ts'
import type { Call, ResourceCalls, Struct } from '../../lib/provider/calls.ts'
import { loadCatalogue } from '../../lib/provider/catalogue.ts'
import { inputsOf } from '../../lib/provider/inputs.ts'
import { check, kindCalls } from '../../lib/provider/resource-calls.ts'
import { lastRun, oldInputs, targetOf } from '../../lib/provider/resource-state.ts'
import type { ContentPort } from '../../lib/provider/source-files.ts'
import { type Phase, StackRun } from '../../lib/provider/stack-run.ts'
import type { HostBatch } from '../../lib/reconcile/batch.ts'
import { PlanBook } from '../../lib/reconcile/book.ts'
import type { Operation } from '../../lib/reconcile/decide.ts'
import { lookAll, Observations } from '../../lib/reconcile/look.ts'
import type { Unended } from '../../lib/reconcile/unended.ts'
import type { Owner } from '../../lib/transport/wire.ts'
import { ok } from '../../lib/domain/result.ts'

export type Backend = {
  readonly batch: () => HostBatch
  readonly host: string
  readonly owner: Owner
  readonly clock: Clock
  /** What the runs before left without an end. */
  readonly unended: Unended
}

/** What the checkpoint says of the one resource. */
export type State =
  | {
      /** As the provider gave them. */
      readonly outputs: Struct
      /** It was removed by a replacement, and is not made again yet. */
      readonly pendingReplacement?: true
    }
  | undefined

export type Ran = {
  readonly operation: Operation | 'replace' | 'nothing'
  readonly failures: readonly Failure[]
  readonly events: readonly Event[]
  readonly state: State
}

const catalogue = await loadCatalogue()

/** The contents that cases name lie in the store of the host already. */
const onTheHost: ContentPort = {
  measure: () => Promise.reject(new Error('Internal error: cases name hash and size themselves')),
  deliver: () => Promise.resolve(ok(undefined)),
}

/** The runs of one stack: its preview and its apply share a plan book. */
export function stackOf(backend: Backend, dataLoss: readonly string[]) {
  const book = new PlanBook()
  const observations = new Observations()
  const events: Event[] = []
  const run = (phase: Phase): StackRun =>
    new StackRun({
      phase,
      catalogue,
      hosts: [backend.host],
      batch: backend.batch,
      organisation: backend.owner.organisation,
      backend: backend.owner.backend,
      observations,
      book,
      dataLoss: new Set(dataLoss),
      online: true,
      contents: onTheHost,
      unended: backend.unended,
      clock: backend.clock,
      emit: (event) => events.push(event),
    })
  return { book, observations, events, run }
}

/** What is applied, and what the one who tries it may do meanwhile. */
export type Order = {
  readonly call: Call
  /** Undefined: the program no longer declares it. */
  readonly inputs: Struct | undefined
  readonly state: State
  readonly abort: AbortSignal
  /** Of a replacement: the removal was answered, the creation is not asked for yet. */
  readonly between?: () => void
}

/**
 * One resource, previewed and then applied, as the engine asks a provider for it: check, diff, the mutation in a preview, the guards,
 * the same again for real; the state is kept as the engine keeps it. Everything below the engine is the real thing.
 */
export async function previewAndApply(backend: Backend, order: Order): Promise<Ran> {
  const { call, inputs, state, abort } = order
  const { book, observations, events, run } = stackOf(backend, [call.urn])
  const preview = run('preview')
  const olds: Struct = state?.outputs ?? {}
  const news: Struct = inputs ?? oldInputs(call.loaded, olds)
  const ended = (operation: Ran['operation'], failures: Iterable<Failure>, now: State): Ran => ({
    operation,
    failures: [...failures],
    events,
    state: now,
  })

  if (inputs === undefined && state === undefined) return ended('nothing', [], state)
  const parts = inputsOf(call.loaded, news)
  const target = targetOf(call, parts, lastRun(call.loaded, olds), backend.clock.now())
  const looked = await lookAll(backend.batch, [target], observations, abort)
  if (!looked.ok) return ended('nothing', [looked.error], state)
  const calls = kindCalls(preview, call)
  const { complaints, inputs: checked } = check(preview, call, news)
  if (complaints.length > 0) throw new Error(`Internal error: ${JSON.stringify(complaints)}`)
  const operation = await operationOf()
  if (operation === 'nothing') return ended('nothing', preview.failures.values(), state)
  if (operation === 'delete') await preview.plan('delete', target, parts)
  else if (operation === 'replace') await calls.mutate('create', true, {}, checked)
  else await calls.mutate(operation, true, olds, checked)
  // Of what is made, also anew, it is no matter what an update of it would meet.
  const makes = book.all().some((entry) => entry.operation === 'create')
  const due = book.all().filter((entry) => !makes || entry.operation !== 'update')
  const refused = due.flatMap(({ decision }) => (decision.do === 'fail' ? [decision.failure] : []))
  if (refused.length > 0) return ended('nothing', refused, state)

  armGuards(book, backend.batch, () => false)
  const apply = run('apply')
  const stop = (): void => apply.stopped.abort()
  abort.addEventListener('abort', stop, { once: true })
  const now = await applied(kindCalls(apply, call))
  abort.removeEventListener('abort', stop)
  return ended(operation, apply.failures.values(), now)

  async function operationOf(): Promise<Ran['operation']> {
    if (inputs === undefined) return 'delete'
    if (state === undefined) return 'create'
    const difference = await calls.diff(olds, checked)
    if (state.pendingReplacement === true) return 'replace'
    if (!difference.ok || difference.value.changes === 'none') return 'nothing'
    return difference.value.replaces.length > 0 ? 'replace' : 'update'
  }

  /** What the state says once it is over. */
  async function applied(real: ResourceCalls): Promise<State> {
    if (inputs !== undefined && state !== undefined) await real.diff(olds, checked)
    if (operation === 'replace') return replaced(real)
    const done = await real.mutate(operation as Operation, false, olds, checked)
    if (!done.ok) return state
    if (operation === 'delete') return done.value.short === undefined ? undefined : state
    return { outputs: done.value.properties }
  }

  /** Removed first, then created; what a run before has removed is not removed again. */
  async function replaced(real: ResourceCalls): Promise<State> {
    if (state?.pendingReplacement !== true) {
      const gone = await real.mutate('delete', false, olds, oldInputs(call.loaded, olds))
      if (!gone.ok || gone.value.short !== undefined) return state
      order.between?.()
    }
    const made = await real.mutate('create', false, {}, checked)
    return made.ok ? { outputs: made.value.properties } : { outputs: olds, pendingReplacement: true }
  }
}
