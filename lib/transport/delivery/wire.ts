import type { JsonObject } from '../../domain/json.ts'
import { asciiJson } from '../wire.ts'

/**
 * What crosses the second exec channel of a host, the one that carries bulk. Up: `receiverCommand` is executed, then standard input
 * carries binary: the receiver's source (int32 length, raw deflate), then requests, each `int32 length of the head, int32 length of the
 * body, head (ASCII JSON), body`; integers little-endian. Down: lines of ASCII JSON behind the marker of `../wire.ts`; all else is noise.
 * Requests may be written without waiting for answers: they run in order, one answer each.
 */
export const deliveryVersion = 1

/** Longest head and longest body that the receiver takes, bytes. */
export const headLimit = 65_536
export const bodyLimit = 4_194_304

/** Without a byte for so long the receiver ends and gives its lock back; 20 s do while another channel wants the same content. */
export const receiverPatienceMs = 600_000

/** Head of a request. */
export type DeliveryRequest =
  /** First of a channel. Takes the lock of the content, waiting up to `waitMs` for another channel that delivers it. */
  | {
      readonly id: number
      readonly op: 'open'
      /** SHA-256 of the content, hex. */
      readonly sha: string
      readonly size: number
      /** What a person calls it; versions of one series have one name or similar names. */
      readonly name: string
      /** Refused when the host is managed from elsewhere, or has seen a later holder of the link. Absent: nobody says. */
      readonly sender?: DeliverySender
      /** Contents that this end holds and can encode against, best first. The host answers with the first that it holds intact. */
      readonly have: readonly string[]
      readonly waitMs: number
    }
  /** The next range of the content, its body as `lib/link/delivery/chunk.ts` writes it. `at` must be where the host stands. */
  | {
      readonly id: number
      readonly op: 'chunk'
      readonly at: number
      /** Bytes of content that it yields. */
      readonly size: number
      /** First 32 hex digits of the SHA-256 of what it yields. */
      readonly sum: string
      /** The body is raw deflate; else as it is. */
      readonly z: boolean
      /** Content that its copies read from; absent: copies read from the part itself only. */
      readonly base?: string
    }
  /** Verifies the whole, moves it into place; then deletes `drop` from the store, but for what is in use. */
  | { readonly id: number; readonly op: 'finish'; readonly drop: readonly string[] }
  /** Deletes contents, to make room before anything is sent; needs no open content. */
  | { readonly id: number; readonly op: 'drop'; readonly drop: readonly string[] }
  /** Block sums of a content that only the host holds: for each block CRC-32 (4 bytes, LE) and the first 3 bytes of its SHA-256. */
  | { readonly id: number; readonly op: 'signature'; readonly sha: string; readonly block: number }
  /** Takes the opened content from a bundle in a folder of the host instead (a courier's disk); ends like `finish`. */
  | { readonly id: number; readonly op: 'pickup'; readonly path: string; readonly drop: readonly string[] }
  | { readonly id: number; readonly op: 'ping' }

/** From where the host is managed and under which lease; held against what the worker keeps of that (`managed.json`, see `../wire.ts`). */
export type DeliverySender = { readonly from: string; readonly store: string; readonly token: number }

/** A content that the host holds. */
export type Held = {
  readonly sha: string
  readonly size: number
  readonly name: string
  /** When it arrived, or was last used as a base; UTC, ISO 8601, the host's own clock. */
  readonly at: string
}

/** A line from the receiver. */
export type DeliveryLine =
  | { readonly hello: number; readonly ps: string; readonly pid: number }
  /** Still at it: sent every few seconds while a request takes long (hashing, waiting for a lock). */
  | { readonly busy: number; readonly doing: 'waiting' | 'checking' | 'copying'; readonly done: number }
  | DeliveryReply

export type DeliveryReply =
  | {
      readonly id: number
      readonly ok: true
      readonly op: 'open'
      /** True: the store has it, whole; nothing is to be sent. */
      readonly held: boolean
      /** Bytes from its start that arrived before and were found intact. */
      readonly at: number
      /** Free on the volume, bytes. */
      readonly free: number
      /** First of `have` that is there and intact. */
      readonly base: string | null
      /** Those of `have`, and what was held of the content itself, that were found corrupted; deleted. */
      readonly bad: readonly string[]
      readonly versions: readonly Held[]
    }
  | { readonly id: number; readonly ok: true; readonly op: 'chunk'; readonly at: number }
  | {
      readonly id: number
      readonly ok: true
      readonly op: 'finish' | 'pickup' | 'drop'
      /** What was deleted of `drop`. */
      readonly dropped: readonly string[]
    }
  | { readonly id: number; readonly ok: true; readonly op: 'signature'; readonly sums: string }
  | { readonly id: number; readonly ok: true; readonly op: 'ping' }
  | DeliveryRefusal

/** Nothing of the request was done; what had arrived before is kept, `at` says how far. */
export type DeliveryRefusal = {
  readonly id: number
  readonly ok: false
  readonly at: number
} & DeliveryTrouble

export type DeliveryTrouble =
  /** Another channel delivers this content and did not end in time. */
  | { readonly why: 'busy' }
  /** Too little room: known before anything was written, or found while writing. */
  | { readonly why: 'space'; readonly need: number; readonly free: number }
  /** The base is not there, or is no longer what its name says (then it was deleted). */
  | { readonly why: 'base'; readonly sha: string }
  /** What a chunk yielded has another sum, or could not be read as a chunk. */
  | { readonly why: 'sum' }
  /** The chunk does not begin where the host stands. */
  | { readonly why: 'order' }
  /** All arrived, and the whole has another SHA-256; what was wrong of it was taken back. */
  | { readonly why: 'whole'; readonly got: string }
  /** The host is managed from elsewhere, or has seen a later holder of the link: what it knows of that. Without properties: unreadable. */
  | { readonly why: 'fenced'; readonly managed: JsonObject }
  /** Nothing to pick up: no manifest, content not listed, missing, or another than listed. */
  | {
      readonly why: 'bundle'
      readonly what: 'no-manifest' | 'bad-manifest' | 'not-listed' | 'missing' | 'size' | 'sha'
    }
  /** A request that makes no sense here, or a file operation that failed. */
  | { readonly why: 'error'; readonly message: string; readonly type: string; readonly hresult: number }

/** One request as it goes on the channel. */
export function requestBytes(head: DeliveryRequest, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(asciiJson(head))
  const out = new Uint8Array(8 + text.length + body.length)
  const view = new DataView(out.buffer)
  view.setInt32(0, text.length, true)
  view.setInt32(4, body.length, true)
  out.set(text, 8)
  out.set(body, 8 + text.length)
  return out
}

/** Reads the receiver's source and runs it. The command means the same in cmd.exe and in PowerShell: no quote, no $, no %. */
const bootstrap =
  '$r=New-Object IO.BinaryReader([Console]::OpenStandardInput());iex((New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream((New-Object IO.MemoryStream(,$r.ReadBytes($r.ReadInt32()))),[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd())'

/** What the exec request of the second channel runs. The lab knows a receiver by it. */
export const receiverCommand = `powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${btoa(
  [...bootstrap].map((letter) => `${letter}\0`).join(''),
)}`

/** An exec channel that runs `receiverCommand`, with the link's bulk lane in front of it: what `deliver` talks over. */
export interface DeliveryChannel {
  /** Writes bytes in order; resolves when the budget has let them out. Rejects once the channel is lost. */
  write(bytes: Uint8Array): Promise<void>
  /** Lines as they come, without line ends, noise included; ends when the channel does. Iterated once. */
  lines(): AsyncIterable<string>
  close(): Promise<void>
}
