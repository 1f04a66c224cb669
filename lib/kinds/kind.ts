import type { z } from 'zod'
import type { JsonObject } from '../domain/json.ts'

/**
 * The contract of a kind: what it is, how it is looked at, and which steps take it from what was found to what is wanted.
 * Pure: a kind names its scripts (`<verb>.ps1` beside its `index.ts`) and never runs one.
 */
export interface Kind<W extends object = JsonObject, F extends JsonObject = JsonObject> {
  /** `windows:File`: the Pulumi token is `chancery:windows:File`, the folder `lib/kinds/windows/file`. */
  readonly token: string
  /** One sentence for the reference page. */
  readonly about: string
  /** The inputs, without `host`, `adopt` and `accept`, which every resource has. */
  readonly props: z.ZodObject
  /** What `observe.ps1` prints when the thing exists. */
  readonly found: z.ZodType<F>
  /** Inputs that may be outputs of another resource not known yet in a preview. */
  readonly references: readonly string[]
  /** Inputs that are secret whatever the program says. */
  readonly secrets: readonly string[]
  /** Inputs that name the thing (`identity` is made of them): another name is another thing, the old one removed first. */
  readonly replaceOn: readonly string[]
  /** True: a removal with the effect `deletes-data` needs the resource named on the command line, and so does a replacement. */
  readonly holdsData: boolean
  /**
   * True: one that is gone is not had again by making another (a machine, a disk): found gone by somebody else's hand it is made anew
   * only when it is named on the command line.
   */
  readonly irreplaceable?: true
  /**
   * True: part of Windows, there without anybody having created it (a service, the settings of a host). Found without a record it
   * is taken over without `adopt`; with somebody else's record it is refused as anything else. Never created, never removed.
   */
  readonly builtIn?: true
  /** Windows feature without which it can't be seen: a missing command then means "after the feature and a restart". */
  readonly needsFeature?: string
  /**
   * Inputs of a kind that takes a file of the operator's machine: `file` names it, and the SHA-256 (lower-case hex) and the size
   * (bytes) of what it holds are put into the other two before anything is planned. None of them is ever secret.
   */
  readonly source?: { readonly file: string; readonly sha256: string; readonly size: string }
  /** Of a kind whose look gives a digest of inputs: nobody can tell from a keyed one what it is of. */
  readonly keyed?: Keyed<W, F>
  /** What must be in the content store of the host before that step runs: it is delivered ahead, in the bulk lane of the link. */
  contentOf?(want: W, step: Step): Content | undefined
  /** Stable name on the host, case-folded: `c:\\chancery\\motd.txt`, `dmz`. Two resources of a kind on a host never share one. */
  identity(want: W): string
  /** Parameters of `observe.ps1`; `recorded` is what the last run saw (a VM is found by its Id, not its name). */
  look(want: W, recorded: F | undefined): JsonObject
  /** The steps from found to wanted. An input that is not set is not compared. */
  plan(want: W, found: F | null, recorded: F | undefined): Plan
  /** The steps that remove it. */
  remove(want: W, found: F, recorded: F | undefined): Plan
  /** Outputs of the resource beside its inputs, described; `outputs` returns exactly these. Often `found.pick({ … })`. */
  readonly outs: z.ZodObject
  outputs(found: F): JsonObject
  /** How what exists is listed and described, for `chancery import`; none: it can't be imported. */
  readonly listing?: Listing<W, F>
}

/** How a kind looks and plans where one of these inputs is secret: the digest that the host gives is made under a key. */
export interface Keyed<W extends object = JsonObject, F extends JsonObject = JsonObject> {
  /** Inputs of which the look gives a digest. */
  readonly inputs: readonly string[]
  /**
   * The same kind under a key (32 bytes in base64). Its look differs in nothing but the parameter `digestKey`, which is null otherwise.
   * Undefined: there is no key; the look gives no digest (`digestKey` is empty), and what can't be compared is refused.
   */
  under(key: string | undefined): Kind<W, F>
}

/**
 * How what exists of a kind on a host is described. `list.ps1` prints one object, `things`: an array, sorted, of what `observe.ps1`
 * prints of each when it knows no more than the name. What can't be looked at is an error, never an empty list.
 */
export interface Listing<W extends object = JsonObject, F extends JsonObject = JsonObject> {
  /**
   * `always`: a listing of a host has them. `named`: only when the person names the kind, for Windows brings hundreds.
   * `below`: only in the folders and of the files that the person names, `$Params.below`.
   */
  readonly when: 'always' | 'named' | 'below'
  /** Windows brings it by itself: left out unless the person names the kind. */
  brought?(found: F): boolean
  /** Properties that `list.ps1` prints of a thing beside those of `found`, for `describe`. */
  readonly more?: readonly string[]
  /** The inputs that describe it, no more than are needed: `plan(want, found, undefined)` has nothing to do then. */
  describe(found: F, more: JsonObject): Described<W>
}

export type Described<W extends object = JsonObject> =
  /** `notes`: what can't be declared and is left as it is, a sentence each. */
  | { readonly want: W; readonly notes: readonly string[] }
  /** It can't be declared; `fix` says what the person can do. */
  | { readonly refused: string; readonly fix: string }

export type Plan =
  | { readonly do: 'nothing'; readonly because: string }
  | { readonly do: 'steps'; readonly steps: readonly [Step, ...Step[]] }
  /** A rule forbids it; `fix` says what the person can do. */
  | { readonly do: 'refuse'; readonly rule: string; readonly because: string; readonly fix: string }
  /** Not now: what it waits for, and what ends the wait. */
  | { readonly do: 'defer'; readonly because: string; readonly fix: string }
  /** It can't become what is wanted; `properties` force another one. Removed first, then created. */
  | { readonly do: 'replace'; readonly because: string; readonly properties: readonly string[] }

export type Step = {
  /** Name of the script: `write` runs `write.ps1`. */
  readonly verb: string
  readonly params: JsonObject
  /** For the preview: `content differs: 42 bytes wanted, 40 found`. */
  readonly because: string
  /** Inputs that this step brings about; the detailed diff is made of them. */
  readonly changes: readonly string[]
  readonly effects: readonly Effect[]
  /** The longest it may take, ms, where that is more than a minute: an installation, a guest that shuts down, a large copy. */
  readonly limitMs?: number
}

/** The bytes of a file of the operator's machine. */
export type Content = {
  /** As the input names it. */
  readonly source: string
  /** Lower-case hex. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
}

export type Effect =
  'powers-off' | 'restarts-service' | 'needs-host-restart' | 'may-cut-management-path' | 'deletes-data'

/**
 * Ids (FullyQualifiedErrorId) of errors of our own scripts that say more than "failed". Nothing was changed when one of them comes.
 * `notYet`: what the thing is made of is not there yet: deferred, with the error's message as the reason.
 * `managementPath`, `managementPathUnknown`: the step would touch what carries the session: refused.
 */
export const errorIds = {
  notYet: 'Chancery.NotYet',
  managementPath: 'Chancery.ManagementPath',
  managementPathUnknown: 'Chancery.ManagementPathUnknown',
} as const

export const nothing = (because: string): Plan => ({ do: 'nothing', because })
export const refuse = (rule: string, because: string, fix: string): Plan => ({
  do: 'refuse',
  rule,
  because,
  fix,
})
export const defer = (because: string, fix: string): Plan => ({ do: 'defer', because, fix })
export const step = (
  verb: string,
  params: JsonObject,
  because: string,
  changes: readonly string[] = [],
  effects: readonly Effect[] = [],
): Step => ({ verb, params, because, changes, effects })
/** The same step, which may take up to so many minutes. */
export const within = (minutes: number, one: Step): Step => ({ ...one, limitMs: minutes * 60_000 })
/** A plan of these steps, or of nothing with the reason why. */
export const steps = (list: readonly Step[], whenEmpty: string): Plan => {
  const [first, ...rest] = list
  return first === undefined ? nothing(whenEmpty) : { do: 'steps', steps: [first, ...rest] }
}
