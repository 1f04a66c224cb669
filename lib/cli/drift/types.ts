import type { Clock } from '../../domain/clock.ts'
import type { Emit } from '../../domain/event.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Json } from '../../domain/json.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'
import type { Estate } from '../../domain/profile.ts'
import type { Site } from '../../domain/site.ts'

export type DriftRequest = {
  readonly sites: readonly Site[]
  readonly estate: Estate
  /** Name of a program of `stacks/`, or the path of a module. */
  readonly program: string
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly emit: Emit
  /** What is worth saying beside the answer. */
  readonly note: (text: string) => void
  readonly clock: Clock
  /** Aborted once a person asks to stop. */
  readonly abort: AbortSignal
}

/** One input that is not as declared. */
export type PropertyDrift =
  | {
      readonly property: string
      readonly secret: false
      /** Undefined: not declared by itself, but brought about with the others. */
      readonly declared: Json | undefined
      /** In the words of the input; undefined where the host can't tell it in them. */
      readonly found: Json | undefined
      /** What a preview says of it. */
      readonly because: string
    }
  /** A secret differs: nothing of it is said. */
  | { readonly property: string; readonly secret: true }

/** A difference that somebody accepted, with what they said. */
export type AcceptedDrift = { readonly drift: PropertyDrift; readonly reason: string; readonly until: string }

/** What became of one resource. */
export type Verdict =
  | { readonly is: 'as-declared'; readonly because: string }
  /** `refused`: what `up` would say, where a rule keeps it from repairing this. */
  | { readonly is: 'drifted'; readonly properties: readonly PropertyDrift[]; readonly refused?: Failure }
  /** Gone from the host. `refused`: why `up` would not make it anew. */
  | { readonly is: 'absent'; readonly because: string; readonly refused?: Failure }
  /** As declared, but the host has no record under its name that it is ours. */
  | { readonly is: 'unrecorded'; readonly because: string }
  /** Somebody else's record is on it, or nobody's. */
  | { readonly is: 'foreign'; readonly failure: Failure }
  /** Not as declared, and a rule keeps it so. */
  | { readonly is: 'refused'; readonly failure: Failure }
  /** Neither as declared nor drifted yet: it settles at a restart, a start, a file. */
  | { readonly is: 'unsettled'; readonly failure: Failure }
  /** Not to be seen: nothing is known of it. */
  | { readonly is: 'unseen'; readonly failure: Failure }

export type Judged = {
  readonly verdict: Verdict
  readonly accepted: readonly AcceptedDrift[]
  /** Inputs that differ and are left by `ignoreChanges`. */
  readonly ignored: readonly string[]
}

export type ResourceDrift = Judged & {
  readonly host: string
  readonly name: string
  readonly urn: string
  /** By property; the empty name stands for the resource as a whole. */
  readonly since: ReadonlyMap<string, Since>
}

/** When a difference began, as far as it was looked at. Milliseconds since 1970. */
export type Since = {
  /** It was seen first. */
  readonly seen: number
  /** It was as declared at the last; undefined = never looked at before. */
  readonly asDeclared: number | undefined
}

export type SiteDrift = {
  readonly site: Site
  /** When its hosts had answered, ms. */
  readonly at: number
  readonly outcome: SiteOutcome
  readonly because?: string
  readonly failures: readonly Failure[]
  readonly resources: readonly ResourceDrift[]
  /** Free commands of the stack, of which nothing can be looked at. */
  readonly commands: number
  /** False: nothing was ever applied here with this program. */
  readonly applied: boolean
}

export type DriftReport = {
  readonly at: number
  readonly sites: readonly SiteDrift[]
  readonly interrupted: boolean
}

/** True for what answers "is it as declared?" with no. */
export const isDrift = ({ verdict }: Pick<Judged, 'verdict'>): boolean =>
  ['drifted', 'absent', 'unrecorded', 'foreign', 'refused'].includes(verdict.is)
