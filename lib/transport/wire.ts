import type { Json, JsonObject } from '../domain/json.ts'

/**
 * What crosses the channel between the client and the worker on a host: lines of ASCII JSON. A line to the host that starts
 * with `z` is the base64 of the raw deflate of such a line. Each line from the host that is ours starts with `marker`; everything else is noise.
 * Behind the marker stands one line, or `z` and the base64 of the raw deflate of several, parted by line feeds: what was ready together.
 */
export const marker = '@@C1 '
export const wireVersion = 2

/** A script that begins so is kept in no file, neither on the host nor by its hash here: a person's own text, which may hold secrets. */
export const once = '#once'

/** One line to the host. Guards are checked first, all of them; if one fails, no operation of the frame runs. */
export type Frame = {
  readonly frame: number
  /** Who sends it; checked before anything else of a frame that acts. Absent: nobody says, which a host that is managed refuses to act for. */
  readonly sender?: Sender
  /** Script text by SHA-256 (hex) of its UTF-8 bytes; kept on the host, but for one that begins with `once`. Only those the host may lack. */
  readonly scripts?: { readonly [hash: string]: string }
  readonly guards?: readonly Guard[]
  readonly ops: readonly Op[]
}

/**
 * From where a host is managed, and under which lease of its link. The host keeps it (`managed.json`) and refuses the acts of another
 * organisation or backend, and those of a holder of the lease whom it has seen a later one of. Looks are answered to everybody: they
 * change nothing, and whoever is refused must see what is there; those of its own sender with a later token count as seen.
 */
export type Sender = {
  /** Organisation and where its state lives, without account or password: `ministry file:///srv/state`. */
  readonly from: string
  /** Whose process it is: `anna on ops1, process 4711`. */
  readonly by: string
  /** Which store gave the token; only tokens of one store can be compared. Not empty. */
  readonly store: string
  /** Grows with each holder of the link; 0 where no other process may use it. */
  readonly token: number
  /**
   * Present: the host is taken over, whoever managed it and whatever tokens it has seen; `at` of the record that was looked at, empty =
   * there was none that could be read. Refused when it has another record by now.
   */
  readonly over?: string
  /** Why it is taken over. */
  readonly because?: string
}

/** From where a host was last managed: `%ProgramData%\\Chancery\\managed.json`. Times are UTC by the host's clock, `2026-11-24 08:00:00.000`. */
export type Managed = {
  /** As in `Sender`. */
  readonly from: string
  /** Who acted last, and when. */
  readonly by: string
  readonly at: string
  /** Since when it is managed from there. */
  readonly since: string
  /** Why it was taken over, where it was. */
  readonly because: string | null
  /** Highest token seen, by store. */
  readonly tokens: { readonly [store: string]: number }
}

/** A thing to look at: the observe script of its kind, and what it is called on the host. */
export type Look = {
  /** `windows:File|c:\\motd.txt`: kind token and identity; the ownership record lies under its hash. */
  readonly key: string
  /** Its key before it was renamed: where `key` has no record, the one of this counts, and an apply moves it. */
  readonly was?: string
  readonly script: string
  readonly params: JsonObject
}

export type Guard = Look & {
  /** SHA-256 (hex) of the observation exactly as the host printed it, or `absent`. */
  readonly expect: string
}

export type Op =
  | ({ readonly id: number; readonly op: 'observe'; readonly limitMs?: number } & Look)
  | ({
      readonly id: number
      readonly op: 'apply'
      readonly expect: string
      /** Who acts: written on the host before the first step. `null`: no ownership (a restart). */
      readonly own: Owner | null
      /** True: a thing without a record is taken over. */
      readonly adopt?: boolean
      /** A thing with the record of this owner, and no other, is taken over. */
      readonly from?: Pick<Owner, 'organisation' | 'backend' | 'urn'>
      /** True: the record goes once the thing is absent afterwards; without steps it goes and the thing stays. */
      readonly release?: boolean
      readonly steps: readonly WireStep[]
      readonly limitMs?: number
    } & Look)
  | { readonly id: number; readonly op: 'ping' }

export type WireStep = {
  readonly name: string
  readonly script: string
  readonly params: JsonObject
  /** True: what it prints comes back as lines of text in `out`. */
  readonly keep?: true
}

/** The small record on the host (property 12): `%ProgramData%\\Chancery\\owned\\<sha256 of key>.json`. */
export type Owner = {
  readonly organisation: string
  readonly backend: string
  readonly urn: string
  readonly operation: string
  /** Since when it is this owner's: seconds since 1970 by the clock of who wrote it. Older records don't say. */
  readonly since?: number
  /** True: it was there and was taken over. Its owner made it otherwise. */
  readonly adopted?: boolean
}

/** Printed once, before the first request is read. */
export type Hello = {
  readonly hello: number
  readonly ps: string
  /** UTC, ISO 8601, the host's own clock. */
  readonly time: string
  readonly pid: number
  /** Id that Windows drew when it was installed (MachineGuid): another one is another installation. Null: it does not say. */
  readonly machine?: string | null
}

export type Seen = {
  /** SHA-256 of the JSON text of `seen` as printed, or `absent`. Only `absent` crosses the channel; the other is put in by the reader of the line. */
  readonly hash: string
  readonly seen: JsonObject | null
  readonly owner: Owner | null
}

/** One line from the host. Key order as written here. */
export type Line = Hello | Reply | FrameEnd | Fenced

/**
 * The end of a frame that was refused for its sender; nothing of it ran, nothing was kept. `managed` says from where the host is
 * managed: elsewhere, or by a later holder of the lease. Without properties: its record can't be read.
 */
export type Fenced = {
  readonly frame: number
  readonly ok: false
  readonly why: 'fenced'
  readonly managed: Partial<Managed>
  readonly ms: number
}

export type Reply =
  | ({
      readonly id: number
      readonly ok: true
      readonly op: 'observe'
      readonly warnings: readonly string[]
    } & Seen)
  | ({
      readonly id: number
      readonly ok: true
      readonly op: 'apply'
      /** Names of the steps that ran, in order. */
      readonly ran: readonly string[]
      readonly before: string
      readonly warnings: readonly string[]
      /** What steps with `keep` printed, one line a value; only where there was such a step. */
      readonly out?: readonly string[]
    } & Seen)
  | {
      readonly id: number
      readonly ok: true
      readonly op: 'ping'
      /** Null: nobody has acted on the host yet. Without properties: the record can't be read. */
      readonly managed: Partial<Managed> | null
    }
  /** Refused: it looks otherwise than expected. Nothing of this operation ran. */
  | ({ readonly id: number; readonly ok: false; readonly why: 'changed' } & Seen)
  /** Refused: it is somebody else's. Nothing of this operation ran. */
  | ({ readonly id: number; readonly ok: false; readonly why: 'owned' } & Seen)
  /** A script failed; `ran` are the steps before it. `after` is a fresh look where one was possible. */
  | {
      readonly id: number
      readonly ok: false
      readonly why: 'error'
      readonly error: WireError
      /** Name of the step, or `observe`. */
      readonly step: string
      readonly ran: readonly string[]
      readonly after: Seen | null
      readonly warnings: readonly string[]
    }

/**
 * An error as PowerShell records it. Ids of the worker's own: `Chancery.Observation` (more than one object, or no object),
 * `Chancery.LeftEarly` (break, continue or exit), `Chancery.TimeLimit`, `Chancery.Busy` (another session acts on this host; nothing ran),
 * `Chancery.ScriptHash` (only in `bad-frame`).
 */
export type WireError = {
  readonly message: string
  /** FullyQualifiedErrorId, `CommandNotFoundException`, `InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM`. */
  readonly fqid: string
  readonly category: string
  readonly type: string
  readonly hresult: number
  readonly stack: string
}

/** Last line of each frame. */
export type FrameEnd =
  | { readonly frame: number; readonly ok: true; readonly ms: number }
  /** Guards that failed, each with what it looks like now; no operation ran. */
  | {
      readonly frame: number
      readonly ok: false
      readonly why: 'guards'
      readonly changed: readonly ({ readonly key: string } & Seen)[]
      readonly ms: number
    }
  /** A guard could not be looked at; no operation ran. */
  | {
      readonly frame: number
      readonly ok: false
      readonly why: 'guard-error'
      readonly key: string
      readonly error: WireError
      readonly ms: number
    }
  /** Scripts that the host does not have; nothing ran, send again with them. */
  | {
      readonly frame: number
      readonly ok: false
      readonly why: 'need'
      readonly need: readonly string[]
      readonly ms: number
    }
  /** The line could not be read as a frame; nothing ran. `frame` is -1. */
  | {
      readonly frame: number
      readonly ok: false
      readonly why: 'bad-frame'
      readonly error: WireError
      readonly ms: number
    }

/** ASCII JSON: everything outside 0x20..0x7e as \\uXXXX, so that no code page matters on the way. */
export const asciiJson = (value: Json | object): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
