import { inflateRawSync } from 'node:zlib'
import { bodyLimit, type DeliveryRequest, headLimit } from '../../transport/delivery/wire.ts'

/** A request as it came, or why what came is none. */
export type Incoming =
  | { readonly head: DeliveryRequest; readonly body: Uint8Array }
  | { readonly trouble: 'length' | 'head'; readonly message: string }

/** Bytes of standard input to requests: first the receiver's source, then heads and bodies. */
export class RequestReader {
  #held = Buffer.alloc(0)
  #started = false

  /** False: what came first is not the source of a receiver, as PowerShell would find out. */
  take(bytes: Uint8Array): boolean {
    this.#held = Buffer.concat([this.#held, bytes])
    if (this.#started || this.#held.length < 4) return true
    const size = this.#held.readInt32LE(0)
    if (size < 1 || size > bodyLimit) return false
    if (this.#held.length < 4 + size) return true
    const source = this.#held.subarray(4, 4 + size)
    this.#held = this.#held.subarray(4 + size)
    this.#started = isSource(source)
    return this.#started
  }

  get started(): boolean {
    return this.#started
  }

  /** The next whole request; undefined: not yet. */
  next(): Incoming | undefined {
    if (!this.#started || this.#held.length < 8) return undefined
    const head = this.#held.readInt32LE(0)
    const body = this.#held.readInt32LE(4)
    if (head < 2 || head > headLimit || body < 0 || body > bodyLimit)
      return { trouble: 'length', message: 'not a request: its length makes no sense' }
    if (this.#held.length < 8 + head + body) return undefined
    const text = this.#held.subarray(8, 8 + head).toString('utf8')
    const bytes = this.#held.subarray(8 + head, 8 + head + body)
    this.#held = this.#held.subarray(8 + head + body)
    try {
      return { head: JSON.parse(text) as DeliveryRequest, body: bytes }
    } catch {
      return { trouble: 'head', message: 'not JSON' }
    }
  }
}

function isSource(bytes: Uint8Array): boolean {
  try {
    return inflateRawSync(bytes).length > 0
  } catch {
    return false
  }
}
