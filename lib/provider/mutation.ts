import type { Failure } from '../domain/failure.ts'
import { nameInUrn } from '../domain/urn.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Acted } from '../reconcile/act.ts'
import type { Decision, Operation } from '../reconcile/decide.ts'
import { sameSteps } from '../reconcile/later.ts'
import { actAfterOthers } from '../reconcile/own-change.ts'
import type { Target } from '../reconcile/target.ts'
import type { Call, Outcome, Struct } from './calls.ts'
import { type Inputs, inputsOf, unplannable } from './inputs.ts'
import { idOf, lastRun, notPlanned, outcomeProperties, sameInputs, targetOf } from './resource-state.ts'
import { deliverFor } from './source-files.ts'
import type { StackRun } from './stack-run.ts'

/** Create and Update in a preview: decides, writes the book, and returns what will be known. */
export async function foresee(
  run: StackRun,
  operation: 'create' | 'update',
  call: Call,
  olds: Struct,
  news: Struct,
  ignored: readonly string[] = [],
): Promise<Result<Outcome, Failure>> {
  const inputs = inputsOf(call.loaded, news)
  const open = unplannable(call.loaded, inputs)
  const target = targetOf(call, inputs, lastRun(call.loaded, olds), run.options.clock.now(), ignored)
  if (open.length > 0) {
    const failure: Failure = {
      kind: 'deferred',
      host: inputs.host,
      resource: nameInUrn(call.urn),
      because: `${open.join(', ')} is not known before its source exists, and is not a reference`,
      fix: 'Give it a value that the preview can know.',
    }
    run.options.book.leaveOpen({ urn: call.urn, host: inputs.host, properties: open })
    run.fail(target, failure)
    return ok({ id: '', properties: outcomeProperties(call.loaded, inputs, news, undefined) })
  }
  const decided = await run.plan(operation, target, inputs)
  if (!decided.ok) {
    run.fail(target, decided.error)
    return decided
  }
  if (decided.value.do === 'fail') run.fail(target, decided.value.failure)
  const sight = decided.value.do === 'nothing' ? decided.value.sight : undefined
  return ok({
    id: idOf(target),
    properties: outcomeProperties(call.loaded, inputs, news, sight?.found ?? undefined, sight?.machine),
  })
}

/** Create, Update and Delete for real: runs what the book says, or what is decided now where there is no book. */
export async function perform(
  run: StackRun,
  operation: Operation,
  call: Call,
  olds: Struct,
  news: Struct,
  ignored: readonly string[] = [],
): Promise<Result<Outcome, Failure>> {
  const inputs = inputsOf(call.loaded, news)
  const target = targetOf(call, inputs, lastRun(call.loaded, olds), run.options.clock.now(), ignored)
  run.learn(target.urn, target)
  const finish = (result: Result<Acted, Failure>): Result<Outcome, Failure> => {
    if (!result.ok) {
      const failure = operation === 'create' ? run.halfReplaced(target, result.error) : result.error
      run.fail(target, failure)
      return err(failure)
    }
    const { found, warnings, short } = result.value
    if (operation === 'delete' && short === undefined) run.removed.add(target.urn)
    if (short === undefined) run.succeed(target, 'done', warnings)
    else run.fail(target, short)
    const machine = run.options.batch(target.host).machine ?? target.machine
    return ok({
      id: idOf(target),
      properties: outcomeProperties(call.loaded, inputs, news, found ?? undefined, machine),
      ...(short === undefined ? {} : { short }),
    })
  }
  if (run.stopped.signal.aborted) return finish(err({ kind: 'interrupted', host: target.host }))
  const decided = await decisionFor(run, operation, target, inputs)
  if (!decided.ok) return finish(decided)
  const decision = decided.value
  if (decision.do === 'fail') {
    const { failure, begun } = decision
    // The state has what exists, as it has what a run makes that ends short itself.
    return finish(
      operation === 'create' && begun !== undefined
        ? ok({ found: begun.found, warnings: [], short: failure })
        : err(failure),
    )
  }
  if (decision.do === 'replace')
    return finish(err(notPlanned(target, `it needs a replacement: ${decision.because}`)))
  if (decision.do === 'nothing') {
    run.succeed(target, 'same')
    return ok({
      id: idOf(target),
      properties: outcomeProperties(
        call.loaded,
        inputs,
        news,
        decision.sight.found ?? undefined,
        decision.sight.machine,
      ),
    })
  }
  const { steps, sight, adopt } = decision
  const undelivered = await deliverFor(run.options.contents, target, steps, run.stopped.signal)
  if (undelivered !== undefined) return finish(err(undelivered))
  const batch = run.options.batch(target.host)
  return finish(
    await actAfterOthers(
      batch,
      { operation, target, steps, sight, adopt, me: run.owner(call.urn, operation) },
      run.stopped.signal,
    ),
  )
}

/** The booked decision with today's values in place of what was unknown, or a refusal when anything else differs. */
async function decisionFor(
  run: StackRun,
  operation: Operation,
  target: Target,
  inputs: Inputs,
): Promise<Result<Decision, Failure>> {
  if (run.options.phase !== 'apply') return run.plan(operation, target, inputs)
  const entry = run.entry(operation, target.urn)
  if (entry === undefined) return err(notPlanned(target, `no ${operation} of it was previewed`))
  if (!sameInputs(entry, inputs)) return err(notPlanned(target, 'its inputs are not those of the preview'))
  if (entry.unknown.length === 0) return ok(entry.decision)
  const today = await run.plan(operation, target, inputs)
  if (!today.ok) return today
  const planned = entry.decision
  if (planned.do !== today.value.do)
    return err(notPlanned(target, `${planned.do} was planned, ${today.value.do} is due`))
  if (planned.do === 'act' && today.value.do === 'act') {
    if (!sameSteps(planned.steps, today.value.steps))
      return err(notPlanned(target, 'with the values known now other steps are due'))
  }
  return today
}
