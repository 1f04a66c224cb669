import type { Failure } from '../domain/failure.ts'
import { ok, type Result } from '../domain/result.ts'
import type { Decision } from '../reconcile/decide.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import type { StateOnly } from '../reconcile/secrecy.ts'
import { keyOf } from '../reconcile/target.ts'
import type { Call, Difference, Struct } from './calls.ts'
import { type Inputs, inputsOf } from './inputs.ts'
import { lastRun, oldInputs, sameInputs, targetOf } from './resource-state.ts'
import type { StackRun } from './stack-run.ts'

/** What differs between the host as it looks now and what is wanted; what forces a replacement. */
export async function diff(
  run: StackRun,
  call: Call,
  olds: Struct,
  news: Struct,
  ignored: readonly string[] = [],
): Promise<Result<Difference, Failure>> {
  const inputs = inputsOf(call.loaded, news)
  const before = inputsOf(call.loaded, oldInputs(call.loaded, olds))
  const target = targetOf(call, inputs, lastRun(call.loaded, olds), run.options.clock.now(), ignored)
  const moved = replacedBy(call.loaded, before, inputs)
  if (moved.length > 0) return announceReplacement(run, call, before, olds, moved)
  const booked = run.entry('update', call.urn)
  // Inputs that are not those of the preview: Update refuses, with the reason.
  if (booked !== undefined && !sameInputs(booked, inputs))
    return ok({ changes: 'some', properties: [], replaces: [] })
  const decided = booked === undefined ? await run.plan('update', target, inputs) : ok(booked.decision)
  if (!decided.ok) {
    run.fail(target, decided.error)
    return decided
  }
  return ok(await differenceOf(run, call, decided.value, before, olds))
}

async function differenceOf(
  run: StackRun,
  call: Call,
  decision: Decision,
  before: Inputs,
  olds: Struct,
): Promise<Difference> {
  switch (decision.do) {
    case 'nothing':
      return decision.record === undefined ? { changes: 'none' } : recordDifference(decision.record)
    case 'act':
      return {
        changes: 'some',
        replaces: [],
        properties: [...new Set(decision.steps.flatMap((s) => s.changes))].map((property) => ({
          property,
          replace: false,
          kind: decision.sight.found === null ? 'add' : 'update',
        })),
      }
    case 'replace': {
      const replacement = await announceReplacement(run, call, before, olds, decision.properties)
      return replacement.ok ? replacement.value : { changes: 'some', properties: [], replaces: [] }
    }
    case 'fail':
      // Shown as a change that will not be made; Update says why.
      return { changes: 'some', properties: [], replaces: [] }
  }
}

/** An update that writes the state alone. */
export const recordDifference = ({ properties }: StateOnly): Difference => ({
  changes: 'some',
  replaces: [],
  properties: properties.map((property) => ({ property, replace: false, kind: 'update' })),
})

/** Plans the removal of the old one, so that the preview shows it and the first frame guards it. */
async function announceReplacement(
  run: StackRun,
  call: Call,
  before: Inputs,
  olds: Struct,
  properties: readonly string[],
): Promise<Result<Difference, Failure>> {
  const old = targetOf(call, before, lastRun(call.loaded, olds), run.options.clock.now())
  run.replacing.set(call.urn, keyOf(old))
  if (run.entry('delete', call.urn) === undefined) {
    const decided = await run.plan('delete', old, before)
    if (!decided.ok) {
      run.fail(old, decided.error)
      return decided
    }
  }
  return ok({
    changes: 'some',
    replaces: properties,
    properties: properties.map((property) => ({ property, replace: true, kind: 'update' })),
  })
}

/** Inputs that make it another thing: identity, host, and what the kind names. */
function replacedBy(loaded: LoadedKind, before: Inputs, after: Inputs): readonly string[] {
  const changed = (property: string): boolean =>
    JSON.stringify(before.want[property] ?? null) !== JSON.stringify(after.want[property] ?? null)
  // What a kind replaces on is what names the thing: written in other case, it is the same thing.
  const forced = loaded.kind.replaceOn.filter(changed)
  const renamed = loaded.kind.identity(before.want) !== loaded.kind.identity(after.want)
  const host = before.host === after.host ? [] : ['host']
  return [...host, ...(renamed ? forced : [])]
}
