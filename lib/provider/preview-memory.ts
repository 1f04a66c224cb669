import { err, ok, type Result } from '../domain/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { Operation } from '../reconcile/decide.ts'
import { withoutKey } from '../reconcile/digest-key.ts'
import type { Sight } from '../reconcile/observation.ts'
import { keyOf, lookOf, nameOf, type Target } from '../reconcile/target.ts'
import { acceptPart, digestOf, type Inputs } from './inputs.ts'
import { notPlanned } from './resource-state.ts'

/** What the preview of a plain `pulumi up` decided of a resource, for the update that follows in a process of its own. */
export type Remembered = {
  readonly operation: Operation
  readonly urn: string
  readonly host: string
  readonly name: string
  /** Digest of the inputs without secrets and without what was not known. */
  readonly inputs: string
  readonly unknown: readonly string[]
  /** A key of a secret's digest is only said to be there. */
  readonly look: ReturnType<typeof lookOf>
  /** Undefined: it could not be looked at, and nothing was decided. */
  readonly sight: Pick<Sight, 'hash' | 'found' | 'owner' | 'machine'> | undefined
  /** False: what is expected is so only after the first half of a replacement. */
  readonly guardAtStart: boolean
}

/** The plan book under plain `pulumi`: written by the preview's provider, read by the update's. */
export interface PreviewMemory {
  /** True in the update that follows a preview: what was not previewed is refused then. */
  readonly follows: boolean
  recall(operation: Operation, urn: string): Remembered | undefined
  note(entry: Remembered): void
}

/** Secrets are left out: the digest lies in a file. */
const digestWithout = ({ want, host, adopt, accept, secrets }: Inputs, unknown: readonly string[]): string =>
  digestOf({ ...want, host, adopt, ...acceptPart(accept) }, [...unknown, ...secrets])

export function rememberedOf(
  operation: Operation,
  target: Target,
  inputs: Inputs,
  sight: Sight | undefined,
  guardAtStart: boolean,
): Remembered {
  return {
    operation,
    urn: target.urn,
    host: target.host,
    name: nameOf(target),
    inputs: digestWithout(inputs, inputs.unknown),
    unknown: inputs.unknown,
    look: withoutKey(lookOf(target)),
    sight:
      sight === undefined
        ? undefined
        : { hash: sight.hash, found: sight.found, owner: sight.owner, machine: sight.machine },
    guardAtStart,
  }
}

/**
 * The sight that the preview decided on, or why its decision doesn't hold. Undefined: there is none, and what is to be done is
 * decided on how the host looks now. A removal is never previewed: the engine asks no provider about it.
 */
export function recalled(
  memory: PreviewMemory | undefined,
  operation: Operation,
  target: Target,
  inputs: Inputs,
): Result<{ readonly observation: Sight; readonly guardAtStart: boolean } | undefined, Failure> {
  if (memory?.follows !== true) return ok(undefined)
  const entry = memory.recall(operation, target.urn)
  if (entry === undefined)
    return operation === 'delete'
      ? ok(undefined)
      : err(notPlanned(target, `no ${operation} of it was previewed`))
  if (entry.sight === undefined) return ok(undefined)
  if (entry.look.key !== keyOf(target) || entry.inputs !== digestWithout(inputs, entry.unknown))
    return err(notPlanned(target, 'its inputs are not those of the preview'))
  return ok({ observation: { state: 'seen', ...entry.sight }, guardAtStart: entry.guardAtStart })
}
