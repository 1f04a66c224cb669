import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { act, type Acted } from '../reconcile/act.ts'
import { type BookEntry, stepsDigest } from '../reconcile/book.ts'
import type { Decision, Operation } from '../reconcile/decide.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { keyOf, nameOf, type Target } from '../reconcile/target.ts'
import { complaintsOf, type Complaint, digestOf, type Inputs, inputsOf, unplannable } from './inputs.ts'
import type { StackRun } from './stack-run.ts'
import { unknownValue, unwrap, wrap } from './wire-values.ts'

/** Property structs as the engine sends them, with its marks for secrets and unknowns. */
export type Struct = { readonly [key: string]: unknown }

export type Call = { readonly urn: string; readonly loaded: LoadedKind }

/** State of a resource: its inputs, the kind's outputs, and the last observation. */
export type Outcome = {
  readonly id: string
  readonly properties: Struct
  /** Set when the thing exists but is not as wanted: the engine keeps it and tries again. */
  readonly short?: Failure
}

export type PropertyChange = {
  readonly property: string
  readonly replace: boolean
  readonly kind: 'add' | 'update'
}

export type Difference =
  | { readonly changes: 'none' }
  | {
      readonly changes: 'some'
      readonly properties: readonly PropertyChange[]
      readonly replaces: readonly string[]
    }

/** What the engine may ask of one resource, in plain values. Kinds answer it, and free commands. */
export interface ResourceCalls {
  check(news: Struct): { readonly complaints: readonly Complaint[]; readonly inputs: Struct }
  /** `olds`: outputs, with the former inputs over them. */
  diff(olds: Struct, news: Struct): Promise<Result<Difference, Failure>>
  /** `preview`: nothing is done, what would be is decided and booked. For a delete `news` are the inputs that it was made with. */
  mutate(
    operation: Operation,
    preview: boolean,
    olds: Struct,
    news: Struct,
  ): Promise<Result<Outcome, Failure>>
  read(olds: Struct, inputs: Struct): Promise<Result<Outcome, Failure>>
}

export const kindCalls = (run: StackRun, call: Call): ResourceCalls => ({
  check: (news) => check(run, call, news),
  diff: (olds, news) => diff(run, call, olds, news),
  mutate: (operation, preview, olds, news) =>
    preview && operation !== 'delete'
      ? foresee(run, operation, call, olds, news)
      : perform(run, operation, call, olds, news),
  read: (olds, inputs) => read(run, call, olds, inputs),
})

/** Validates inputs, locally, and fills in defaults. */
export function check(
  run: StackRun,
  { urn, loaded }: Call,
  news: Struct,
): { readonly complaints: readonly Complaint[]; readonly inputs: Struct } {
  const parts = inputsOf(loaded, news)
  const defaults = Object.entries(parts.want).filter(([name]) => !(name in news))
  const inputs = { ...news, ...Object.fromEntries(defaults) }
  const complaints = complaintsOf(loaded, parts, run.options.hosts)
  if (complaints.length > 0 || parts.unknown.length > 0) return { complaints, inputs }
  return { complaints: declaredTwice(run, targetOf({ urn, loaded }, parts, undefined)), inputs }
}

function declaredTwice(run: StackRun, target: Target): readonly Complaint[] {
  const other = run.takes(target)
  return other === undefined
    ? []
    : [
        {
          property: '',
          reason: `${nameOf(target)} on ${target.host} is declared twice, here and as ${other}. Nothing was changed. Remove one of them.`,
        },
      ]
}

/** What differs between the host as it looks now and what is wanted; what forces a replacement. */
export async function diff(
  run: StackRun,
  call: Call,
  olds: Struct,
  news: Struct,
): Promise<Result<Difference, Failure>> {
  const inputs = inputsOf(call.loaded, news)
  const before = inputsOf(call.loaded, oldInputs(call.loaded, olds))
  const target = targetOf(call, inputs, observedIn(olds))
  const moved = replacedBy(call.loaded, before, inputs)
  if (moved.length > 0) return announceReplacement(run, call, before, olds, moved)
  const booked = run.entry('update', call.urn)
  // Inputs that are not those of the preview: Update refuses, with the reason.
  if (booked !== undefined && !sameInputs(booked, target))
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
      return { changes: 'none' }
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

/** Plans the removal of the old one, so that the preview shows it and the first frame guards it. */
async function announceReplacement(
  run: StackRun,
  call: Call,
  before: Inputs,
  olds: Struct,
  properties: readonly string[],
): Promise<Result<Difference, Failure>> {
  const old = targetOf(call, before, observedIn(olds))
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

/** Create and Update in a preview: decides, writes the book, and returns what will be known. */
export async function foresee(
  run: StackRun,
  operation: 'create' | 'update',
  call: Call,
  olds: Struct,
  news: Struct,
): Promise<Result<Outcome, Failure>> {
  const inputs = inputsOf(call.loaded, news)
  const open = unplannable(call.loaded, inputs)
  const target = targetOf(call, inputs, observedIn(olds))
  if (open.length > 0) {
    const failure: Failure = {
      kind: 'deferred',
      host: inputs.host,
      resource: call.urn.slice(call.urn.lastIndexOf('::') + 2),
      because: `${open.join(', ')} is not known before its source exists, and is not a reference`,
      fix: 'Give it a value that the preview can know.',
    }
    run.fail(target, failure)
    return ok({ id: '', properties: outcomeProperties(call.loaded, inputs, news, undefined) })
  }
  const decided = await run.plan(operation, target, inputs)
  if (!decided.ok) {
    run.fail(target, decided.error)
    return decided
  }
  if (decided.value.do === 'fail') run.fail(target, decided.value.failure)
  const found = decided.value.do === 'nothing' ? decided.value.sight.found : undefined
  return ok({
    id: idOf(target),
    properties: outcomeProperties(call.loaded, inputs, news, found ?? undefined),
  })
}

/** Create, Update and Delete for real: runs what the book says, or what is decided now where there is no book. */
export async function perform(
  run: StackRun,
  operation: Operation,
  call: Call,
  olds: Struct,
  news: Struct,
): Promise<Result<Outcome, Failure>> {
  const inputs = inputsOf(call.loaded, news)
  const target = targetOf(call, inputs, observedIn(olds))
  const finish = (result: Result<Acted, Failure>): Result<Outcome, Failure> => {
    if (!result.ok) {
      run.fail(target, result.error)
      return result
    }
    const { found, warnings, short } = result.value
    if (short === undefined) run.succeed(target, 'done', warnings)
    else run.fail(target, short)
    return ok({
      id: idOf(target),
      properties: outcomeProperties(call.loaded, inputs, news, found ?? undefined),
      ...(short === undefined ? {} : { short }),
    })
  }
  if (run.stopped.signal.aborted) return finish(err({ kind: 'interrupted', host: target.host }))
  const decided = await decisionFor(run, operation, target, inputs)
  if (!decided.ok) return finish(decided)
  const decision = decided.value
  if (decision.do === 'fail') return finish(err(decision.failure))
  if (decision.do === 'replace')
    return finish(err(notPlanned(target, `it needs a replacement: ${decision.because}`)))
  if (decision.do === 'nothing') {
    run.succeed(target, 'same')
    return ok({
      id: idOf(target),
      properties: outcomeProperties(call.loaded, inputs, news, decision.sight.found ?? undefined),
    })
  }
  const { steps, sight, adopt } = decision
  const batch = run.options.batch(target.host)
  return finish(
    await act(batch, { operation, target, steps, sight, adopt, me: run.owner(call.urn) }, run.stopped.signal),
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
  if (!sameInputs(entry, target)) return err(notPlanned(target, 'its inputs are not those of the preview'))
  if (entry.unknown.length === 0) return ok(entry.decision)
  const today = await run.plan(operation, target, inputs)
  if (!today.ok) return today
  const planned = entry.decision
  if (planned.do !== today.value.do)
    return err(notPlanned(target, `${planned.do} was planned, ${today.value.do} is due`))
  if (planned.do === 'act' && today.value.do === 'act') {
    const same = stepsDigest(planned.steps, true) === stepsDigest(today.value.steps, true)
    if (!same) return err(notPlanned(target, 'with the values known now other steps are due'))
  }
  return today
}

/** Looks, for refresh: absent gives an empty id, and nothing is ever called absent that could not be looked at. */
export async function read(
  run: StackRun,
  call: Call,
  olds: Struct,
  inputs: Struct,
): Promise<Result<Outcome, Failure>> {
  const parts = inputsOf(call.loaded, Object.keys(inputs).length > 0 ? inputs : oldInputs(call.loaded, olds))
  const target = targetOf(call, parts, observedIn(olds))
  const observed = await run.observe(target)
  const failure = !observed.ok
    ? observed.error
    : observed.value.state === 'unobservable'
      ? observed.value.failure
      : undefined
  if (failure !== undefined || !observed.ok || observed.value.state !== 'seen') {
    const said = failure ?? {
      kind: 'unobservable' as const,
      host: target.host,
      resource: nameOf(target),
      because: 'not looked at',
    }
    run.fail(target, said)
    return err(said)
  }
  const { found } = observed.value
  if (found === null) return ok({ id: '', properties: {} })
  return ok({
    id: idOf(target),
    properties: outcomeProperties(call.loaded, parts, wrap(parts.want, new Set()), found),
  })
}

const targetOf = (call: Call, inputs: Inputs, recorded: JsonObject | undefined): Target => ({
  host: inputs.host,
  urn: call.urn,
  loaded: call.loaded,
  want: inputs.want,
  recorded,
  adopt: inputs.adopt,
})

/** Leaves that the preview did not know are masked. */
const sameInputs = (entry: BookEntry, target: Target): boolean =>
  entry.inputDigest === digestOf({ ...target.want, host: target.host, adopt: target.adopt }, entry.unknown)

const idOf = (target: Target): string => `${target.host}|${target.loaded.kind.identity(target.want)}`

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

/** Olds are outputs; those that are inputs of the kind are its former inputs. */
function oldInputs(loaded: LoadedKind, olds: Struct): Struct {
  const names = new Set([...Object.keys(loaded.kind.props.shape), 'host', 'adopt'])
  return Object.fromEntries(Object.entries(olds).filter(([key]) => names.has(key)))
}

function observedIn(olds: Struct): JsonObject | undefined {
  const { observed } = unwrap(olds).values
  return observed !== undefined &&
    observed !== null &&
    typeof observed === 'object' &&
    !Array.isArray(observed)
    ? (observed as JsonObject)
    : undefined
}

/** Inputs, outputs of the kind, and the observation; outputs not known yet are marked so. */
function outcomeProperties(
  loaded: LoadedKind,
  inputs: Inputs,
  news: Struct,
  found: JsonObject | undefined,
): Struct {
  const kept = Object.fromEntries(Object.entries(news).filter(([key]) => key !== 'observed'))
  if (found === undefined) {
    const pending = Object.fromEntries(
      Object.keys(loaded.kind.outs.shape).map((name) => [name, unknownValue]),
    )
    return { ...pending, ...kept }
  }
  return { ...wrap(loaded.kind.outputs(found), inputs.secrets), ...kept, observed: found }
}

const notPlanned = (target: Target, because: string): Failure => ({
  kind: 'refused',
  host: target.host,
  resource: nameOf(target),
  rule: 'previewed-is-what-runs',
  because,
  fix: 'Preview again.',
})
