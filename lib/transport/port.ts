import type { Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import type { FrameEnd, Guard, Hello, Op, Reply } from './wire.ts'

/** Omit that keeps a union a union. */
export type OpBody = Op extends infer O ? (O extends Op ? Omit<O, 'id'> : never) : never

/** A host as the rest of the program sees it. One a host and process; keeps its session while there is work. */
export interface HostPort {
  readonly host: string
  /**
   * One frame: guards first, then operations, one exchange. `onReply` hears each answer as it arrives (index into `ops`).
   * Scripts are sent when the host may lack them; a `need` answer is served by sending again, once.
   *
   * Resolves with every answer in the order of `ops` (undefined where none came because a guard failed), or a Failure:
   * `unreachable` | `login` | `host-key` | `off-limits` | `interrupted`: nothing was sent to the worker, so nothing ran;
   * `managed` | `fenced`: the host is managed from elsewhere, or a later holder of the link's lease has come: nothing of the frame ran;
   * `leases`: it can't be told who may use the link: nothing was sent;
   * `unknown`: the frame was sent and the connection was lost before its end: whether it ran is not known;
   * `protocol`: the host answered garbage, likewise not known.
   */
  exchange(
    request: Exchange,
    onReply?: (index: number, reply: Reply) => void,
    abort?: AbortSignal,
  ): Promise<Result<Answer, Failure>>
  /** What the worker of the open connection said of itself when it started. */
  readonly hello?: Hello | undefined
  /** Counters since the start, for reports and tests. */
  readonly counters: Counters
  close(): Promise<void>
}

export type Exchange = {
  /** Text of every script that guards and operations name, by hash. */
  readonly scripts: ReadonlyMap<string, string>
  readonly guards: readonly Guard[]
  readonly ops: readonly OpBody[]
  /** Takes the host over from where it is managed: `at` of that record, empty where it has none; and why. */
  readonly takeover?: { readonly at: string; readonly because: string }
}

export type Answer = {
  readonly replies: readonly (Reply | undefined)[]
  readonly end: FrameEnd
  /** Noise lines that came in between (banners, stray output), for the log. */
  readonly noise: readonly string[]
}

export type Counters = {
  connections: number
  exchanges: number
  /** Channel bytes of frames and replies, not IP bytes. */
  bytesUp: number
  bytesDown: number
  /** What the host's worker reported as its own work, ms. */
  hostMs: number
}
