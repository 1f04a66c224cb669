import type { Clock } from '../../domain/clock.ts'
import type { Emit } from '../../domain/event.ts'
import type { Failure } from '../../domain/failure.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'
import type { Estate } from '../../domain/profile.ts'
import type { Rollout } from '../../domain/rollout.ts'
import type { LinkMedium, Site } from '../../domain/site.ts'
import type { Effect } from '../../kinds/kind.ts'
import type { Interrupts } from '../../engine/interrupts.ts'
import type { Estimate } from '../../link/cost.ts'
import type { Leave } from '../links/leave.ts'
import type { PlannedOperation } from '../../reconcile/plan-file/index.ts'
import type { Planning, PreviewPlan } from '../plan/planning.ts'

/** What a run is asked to do. */
export type Operation = 'preview' | 'up' | 'refresh' | 'destroy'

/** What `runSites` is to do, at which sites, and whom it tells and asks. */
export type RunRequest = {
  readonly operation: Operation
  /** Of a preview: what would carry it out. Default `up`. */
  readonly previewOf?: PlannedOperation
  /** In the order in which they are reported. */
  readonly sites: readonly Site[]
  /** The inventory that they are of. */
  readonly estate: Estate
  /** Name of a program of `stacks/`, or the path of a module. */
  readonly program: string
  /** The rollout that the work is part of: its windows and blackouts hold beside each site's. Absent: none. */
  readonly rollout?: Rollout
  /** Folder that everything below `.chancery` and relative paths start from. */
  readonly cwd: string
  /** Environment of the process: passphrase of the state, `PATH`, and the like. */
  readonly env: { readonly [name: string]: string | undefined }
  /** Decide on the last observations; no host is looked at. Previews only. */
  readonly offline: boolean
  /** Names or URNs of resources that may be removed with what they hold. */
  readonly dataLoss: readonly string[]
  /** Hears what happens at the sites, as it happens. */
  readonly emit: Emit
  /** What is being done before any site is reached: the engine is obtained, the program is read. */
  readonly note: (text: string) => void
  /** A person's wish to stop; `createInterrupts`. */
  readonly interrupts: Interrupts
  /** `systemClock`, but in a test. */
  readonly clock: Clock
  /** Absent: nothing to do with plan files. */
  readonly planning?: Planning
  /** What a person said beside windows and lines: `--now --reason`, `--on-backup`. Absent: nothing. */
  readonly leave?: Leave
  /** For how long a host is tried again whose connection was lost during an act, ms. Absent: until its window closes. */
  readonly reconnectMs?: number
  /** Shows the previews and says whether to go on; called once, after all sites are previewed. */
  readonly confirm: (previews: readonly SitePreview[]) => Promise<boolean>
}

/** Whether everything that the state records is to be removed, or would be. */
export const removes = ({ operation, previewOf }: Pick<RunRequest, 'operation' | 'previewOf'>): boolean =>
  operation === 'destroy' || (operation === 'preview' && previewOf === 'destroy')

/** What would happen to one resource. */
export type PreviewRow = {
  readonly name: string
  readonly host: string
  readonly urn: string
  readonly change: 'create' | 'update' | 'replace' | 'delete' | 'same' | 'fail'
  readonly because: readonly string[]
  /** `unguarded`: a free command, neither observed nor guarded. */
  readonly effects: readonly (Effect | 'unguarded')[]
  readonly failure?: Failure
  /** Of a removal that takes nothing off the host: `stays`, for it was there before; `gone` already. */
  readonly removal?: 'stays' | 'gone'
}

/** The line that carries what a site's work takes. */
export type LineUsed = {
  readonly line: 'primary' | 'backup'
  readonly medium: LinkMedium
  readonly kbitPerS: number
  readonly rttMs: number
  /** What may be used of it at this hour, kbit/s. */
  readonly budgetKbitPerS: number
}

/** Why nothing of a site's plan would start now, and how the site would end. */
export type Waits = {
  readonly outcome: 'deferred' | 'failed'
  readonly because: string
  /** What the person can do. */
  readonly fix: string
  /** Instant (ms) at which it can start; undefined = no clock says. */
  readonly fitsAt: number | undefined
}

/** What would happen at one site, and what that costs on its link. */
export type SitePreview = {
  readonly site: Site
  /** What `cost` was estimated on. */
  readonly line: LineUsed
  /** One a resource; empty where the preview failed. */
  readonly rows: readonly PreviewRow[]
  /** Of carrying it out: bytes, round trips, and ms on `line`. */
  readonly cost: Estimate
  /** Instants (ms) of the observations that an offline preview rests on; undefined = looked at now. */
  readonly observedAt?: number
  /** Set when its changes would not start now: the window, or the line that carries. */
  readonly waits?: Waits
  /** Of a run that saves a plan, or is held to one. */
  readonly plan?: PreviewPlan
  /** Set when the site could not be previewed. */
  readonly failed?: {
    readonly outcome: SiteOutcome
    readonly because: string
    readonly failures: readonly Failure[]
  }
}

/** How a run ended at one site. */
export type SiteReport = {
  /** Id of the site. */
  readonly site: string
  readonly outcome: SiteOutcome
  /** Why it is not `done`, in a sentence. */
  readonly because?: string
  /** What went wrong at it, with any outcome; `describeFailure` words each. */
  readonly failures: readonly Failure[]
  /** How many resources were changed so. Absent: none. */
  readonly changes: { readonly [change in PreviewRow['change']]?: number }
}

/** How a run ended. */
export type RunReport = {
  /** One a site of the request. */
  readonly sites: readonly SiteReport[]
  readonly previews: readonly SitePreview[]
  /** True when any site's preview holds a change. */
  readonly differences: boolean
  /** `confirm` said to go on. False: nothing was changed. */
  readonly confirmed: boolean
  /** A person stopped it. */
  readonly interrupted: boolean
}

/** Nothing was tried. `setup`: the engine is missing, the program is broken; `input`: the person named what is not there. */
export type RunFailure = { readonly kind: 'setup' | 'input'; readonly message: string }
