import type { Site } from '../../domain/site.ts'
import type { StackPlace } from '../../engine/place.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import type { Unended } from '../../reconcile/unended.ts'
import type { CollectedResource } from '../../engine/collect.ts'
import type { Result } from '../../domain/result.ts'
import type { SitePlanning } from '../plan/planning.ts'
import type { Fleet } from './fleet.ts'
import type { Declared, Recorded } from './targets.ts'
import type { RunRequest } from './types.ts'

/** A creation that the state has as begun. */
export type Begun = Recorded & { readonly dependencies: readonly string[] }

/** One site of a run: its stack, and all that its preview and apply share. */
export type SiteRun = {
  readonly request: RunRequest
  readonly site: Site
  readonly place: StackPlace
  readonly program: () => Promise<Record<string, unknown> | undefined>
  readonly declared: readonly Declared[]
  /** Longest chain of dependence of the program. */
  readonly depth: number
  /** URN to URNs that it waits for. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>
  /** URN to Pulumi's `protect`, as the program declares it. */
  readonly protection: ReadonlyMap<string, boolean>
  readonly recorded: readonly Recorded[]
  /** Creations that the state has as begun, which it does not have among its resources, or as half of a replacement. */
  readonly begun: readonly Begun[]
  /** URNs of what the state has as removed, to be made anew. */
  readonly halves: ReadonlySet<string>
  /** What the program declares for this site, where it was not asked for: a removal goes by the state. The error says why it can't be told. */
  readonly collectNow: () => Promise<Result<readonly CollectedResource[], string>>
  readonly unended: Unended
  /** URNs of free commands that the state has as begun. */
  readonly begunCommands: readonly string[]
  /** URNs: only these are planned and acted on, whatever else the program declares. */
  readonly targets?: readonly string[]
  /** Why nothing can be planned: the program fails, the state can't be read. */
  readonly broken?: string
  readonly catalogue: Catalogue
  readonly fleet: Fleet
  /** Aborted once a person asks to stop: what is not on the wire yet stays here. */
  readonly abort: AbortSignal
  /** Of a run that saves a plan, or is held to one. */
  readonly planning?: SitePlanning
}
