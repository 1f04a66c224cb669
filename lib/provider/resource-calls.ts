import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { nameOf, type Target } from '../reconcile/target.ts'
import type { Call, Difference, Outcome, ResourceCalls, Struct } from './calls.ts'
import { diff } from './difference.ts'
import { complaintsOf, type Complaint, inputsOf } from './inputs.ts'
import { foresee, perform } from './mutation.ts'
import { idOf, lastRun, noLastRun, oldInputs, outcomeProperties, targetOf } from './resource-state.ts'
import { withSource } from './source-files.ts'
import type { StackRun } from './stack-run.ts'
import { secretOf, unwrap, wrap } from './wire-values.ts'

/** A resource of a kind, as the engine asks about it. */
export const kindCalls = (run: StackRun, call: Call): ResourceCalls => ({
  check: async (given) => {
    run.learn(call.urn, inputsOf(call.loaded, given))
    const { news, complaints } = await withSource(run.options.contents, call.loaded, given)
    return complaints.length > 0 ? { complaints, inputs: given } : check(run, call, news)
  },
  diff: async (olds, news, ignored) => told(run, await diff(run, call, olds, news, ignored)),
  mutate: async (operation, preview, olds, news, ignored) =>
    told(
      run,
      preview && operation !== 'delete'
        ? await foresee(run, operation, call, olds, news, ignored)
        : await perform(run, operation, call, olds, news, ignored),
    ),
  read: async (olds, inputs) => told(run, await read(run, call, olds, inputs)),
})

/** What the engine is told of a failure, which it shows and keeps: nothing that is secret. */
function told<T extends Difference | Outcome>(run: StackRun, answer: Result<T, Failure>): Result<T, Failure> {
  if (!answer.ok) return err(run.told(answer.error))
  const { value } = answer
  return 'short' in value && value.short !== undefined
    ? ok({ ...value, short: run.told(value.short) })
    : answer
}

/** Validates inputs, locally, and fills in defaults. */
export function check(
  run: StackRun,
  { urn, loaded }: Call,
  news: Struct,
): { readonly complaints: readonly Complaint[]; readonly inputs: Struct } {
  const parts = inputsOf(loaded, news)
  const defaults = Object.entries(parts.want).filter(([name]) => !(name in news))
  const inputs = sealed(loaded, { ...news, ...Object.fromEntries(defaults) })
  const complaints = complaintsOf(loaded, parts, run.options.hosts, unwrap(news).values['accept'])
  if (complaints.length > 0 || parts.unknown.length > 0) return { complaints, inputs }
  return {
    complaints: declaredTwice(run, targetOf({ urn, loaded }, parts, noLastRun, run.options.clock.now())),
    inputs,
  }
}

/** What the kind types as secret is one to the engine too, however a program gives it. */
function sealed({ kind }: LoadedKind, inputs: Struct): Struct {
  const { secrets } = unwrap(inputs)
  const typed = kind.secrets.filter((name) => name in inputs && !secrets.has(name))
  return { ...inputs, ...Object.fromEntries(typed.map((name) => [name, secretOf(inputs[name])])) }
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

/** Looks, for refresh: absent gives an empty id, and nothing is ever called absent that could not be looked at. */
export async function read(
  run: StackRun,
  call: Call,
  olds: Struct,
  inputs: Struct,
): Promise<Result<Outcome, Failure>> {
  const parts = inputsOf(call.loaded, Object.keys(inputs).length > 0 ? inputs : oldInputs(call.loaded, olds))
  const target = targetOf(call, parts, lastRun(call.loaded, olds), run.options.clock.now())
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
    properties: outcomeProperties(
      call.loaded,
      parts,
      wrap(parts.want, new Set()),
      found,
      observed.value.machine,
    ),
  })
}
