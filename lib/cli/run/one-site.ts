import type { Site } from '../../domain/site.ts'
import type { StackPlace } from '../../engine/place.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import type { Unended } from '../../reconcile/unended.ts'
import type { SitePlanning } from '../plan/planning.ts'
import type { Fleet } from './fleet.ts'
import type { Declared, Recorded } from './targets.ts'
import type { RunRequest } from './types.ts'

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
