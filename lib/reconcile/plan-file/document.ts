import type { JsonObject } from '../../domain/json.ts'
import type { Effect } from '../../kinds/kind.ts'

/** The number of this format; a file with a higher one is read by nobody who doesn't know it. */
export const planFormat = 1

/** A plan as its file holds it. `seal` needs the passphrase of the state's secrets, `integrity` anybody can compute. */
export type PlanDocument = PlanBody & {
  /** HMAC of everything above it: nobody without the passphrase can have written it. */
  readonly seal: string
  /** SHA-256 of everything above it, the last line: a file that was cut off or edited doesn't have the right one. */
  readonly integrity: string
}

export type PlanBody = {
  readonly chancery: 'plan'
  readonly format: typeof planFormat
  readonly made: PlanOrigin
  /** What carries it out: a plan of `destroy` removes what the state of the site records. */
  readonly operation: PlannedOperation
  readonly organisation: string
  /** Where the states lie; a password in it is masked. */
  readonly backend: string
  /** As it was named: of `stacks/`, or a path. */
  readonly program: string
  /** Id of the rollout that it is part of, whose windows hold when it is carried out; null: none. */
  readonly rollout: string | null
  /** Resources that the person named for removal with their data. */
  readonly allowDataLoss: readonly string[]
  readonly versions: PlanVersions
  /** Tells whether a passphrase is the one that the plan was made with. */
  readonly key: string
  readonly sites: readonly SitePlan[]
  /** Sites that were asked for and are not planned. */
  readonly left: readonly LeftOut[]
}

export const plannedOperations = ['up', 'destroy'] as const
export type PlannedOperation = (typeof plannedOperations)[number]

export type PlanOrigin = {
  /** UTC, ISO 8601. */
  readonly at: string
  readonly by: string
  readonly on: string
  /** Version of chancery. */
  readonly with: string
}

export type PlanVersions = {
  readonly engine: string
  readonly wire: number
  /** SHA-256 (hex) of the worker's source. */
  readonly worker: string
  /** `windows:File/write` to the SHA-256 (hex) of the script: of all kinds that the plan holds. */
  readonly scripts: Digests
}

/** A name to a digest of what it stands for. */
export type Digests = { readonly [name: string]: string }

export type LeftOut = { readonly site: string; readonly outcome: string; readonly because: string }

/** All that is planned at one site, and what it rests on. */
export type SitePlan = {
  readonly site: string
  readonly stack: string
  readonly link: { readonly medium: string; readonly kbitPerS: number; readonly rttMs: number }
  readonly cost: {
    readonly bytesUp: number
    readonly bytesDown: number
    readonly roundTrips: number
    readonly ms: number
  }
  /** When the hosts were looked at. UTC, ISO 8601. */
  readonly seenAt: string
  readonly resources: readonly ResourcePlan[]
  readonly commands: readonly CommandPlan[]
  readonly restsOn: Grounds
}

/** Digests of everything but the hosts that a site's plan was made of; each names what it is of, so that a refusal can. */
export type Grounds = {
  /** The site's resolved slice: `site`, `link`, `profile`, `organisation`, each host. */
  readonly inventory: Digests
  /** What the program registers, by URN; keyed. */
  readonly program: Digests
  /** What the last checkpoint holds, by URN; keyed. */
  readonly state: Digests
}

export type ResourcePlan = {
  readonly urn: string
  /** `windows:File`. */
  readonly kind: string
  /** `File c:\\chancery\\motd.txt`. */
  readonly name: string
  readonly host: string
  /** URNs of what it waits for. */
  readonly after: readonly string[]
  /** A replacement has two: the removal and the creation. */
  readonly parts: readonly PlanPart[]
}

export type PlanPart = PartBase & Deed

type PartBase = {
  readonly operation: 'create' | 'update' | 'delete'
  readonly because: string
  /** Keyed digest of each input that it was planned from. */
  readonly want: Digests
  readonly guard: GuardPlan
}

/** What is done. `waits`: nothing now, for something must come first. */
type Deed =
  | { readonly do: 'act'; readonly adopt: boolean; readonly steps: readonly StepPlan[] }
  | { readonly do: 'nothing' }
  | { readonly do: 'replace'; readonly properties: readonly string[] }
  | { readonly do: 'waits' }

/** What the host must look like for it. */
export type GuardPlan =
  | {
      /** `start`: checked before anything runs on the host. `removed`: gone once the first half of a replacement ran. */
      readonly at: 'start' | 'removed'
      /** Fingerprint of the observation: `absent`, `sha256:…`, or `sealed:…` where it would tell of a secret. */
      readonly expects: string
      readonly seen: JsonObject | null
      /** `nobody`, `us`, or whose record is on it. */
      readonly owner: string
    }
  | { readonly at: 'never' }

export type StepPlan = {
  readonly verb: string
  readonly because: string
  readonly changes: readonly string[]
  readonly effects: readonly Effect[]
  /** The longest that it may take, ms; null: the worker's own limit. */
  readonly limitMs: number | null
  /** Secrets as `{"$secret": HMAC}`, values that exist only later as `{"$later": …}`. */
  readonly params: JsonObject
}

/** A free command, as announced: neither observed nor guarded. */
export type CommandPlan = {
  readonly operation: 'create' | 'update' | 'delete'
  readonly urn: string
  readonly host: string
  readonly guarded: false
  /** False: this operation has no text, so nothing runs. */
  readonly runs: boolean
  /** Keyed digest of host and text. */
  readonly text: string
}
