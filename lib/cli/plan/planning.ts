import type {
  Later,
  Mismatch,
  PlanDocument,
  PlanVersions,
  Sealer,
  SitePlan,
} from '../../reconcile/plan-file/index.ts'
import type { Estate } from '../../domain/profile.ts'
import type { Result } from '../../domain/result.ts'
import type { Ground } from './grounds.ts'

/** What a run has to do with plan files: its previews are to be saved, or it is held to a saved one. */
export type Planning =
  | { readonly do: 'save' }
  | {
      readonly do: 'hold'
      readonly plan: PlanDocument
      /** What the plan is of, where that is not what is reached: in a rehearsal the real estate. */
      readonly of?: Estate
    }

/** What a site's preview says of plan files. */
export type PreviewPlan =
  | {
      readonly do: 'save'
      readonly plan: Result<SitePlan, readonly Unsaveable[]>
      readonly versions: PlanVersions
      readonly sealer: Sealer
    }
  /** No mismatch: what was saved is what would be planned now. */
  | { readonly do: 'hold'; readonly mismatches: readonly Mismatch[] }

/** A value that is not known yet and that no plan can refer to. */
export type Unsaveable = {
  readonly host: string
  readonly resource: string
  readonly property: string
  readonly because: string
}

/** What a site of a run that saves a plan, or is held to one, needs beside. */
export type SitePlanning = {
  /** What the plan is of. */
  readonly estate: Estate
  readonly sealer: Sealer
  readonly later: (urn: string, path: string) => Later | undefined
  readonly ground: Ground
  /** The plan that the run is held to; undefined: it saves one. */
  readonly held: PlanDocument | undefined
}
