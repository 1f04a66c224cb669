import type { Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import type { Operation } from '../reconcile/decide.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import type { Complaint } from './inputs.ts'

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

/** Inputs with their defaults, and what is wrong with them. */
export type Checked = { readonly complaints: readonly Complaint[]; readonly inputs: Struct }

/** What the engine may ask of one resource, in plain values. Kinds answer it, and free commands. */
export interface ResourceCalls {
  check(news: Struct): Checked | Promise<Checked>
  /** `olds`: outputs, with the former inputs over them. `ignored`: paths of `ignoreChanges`. */
  diff(olds: Struct, news: Struct, ignored?: readonly string[]): Promise<Result<Difference, Failure>>
  /** `preview`: nothing is done, what would be is decided and booked. For a delete `news` are the inputs that it was made with. */
  mutate(
    operation: Operation,
    preview: boolean,
    olds: Struct,
    news: Struct,
    ignored?: readonly string[],
  ): Promise<Result<Outcome, Failure>>
  read(olds: Struct, inputs: Struct): Promise<Result<Outcome, Failure>>
}
