import { marker } from '../wire.ts'
import type { ByteChannel } from './bulk-port.ts'
import type { DeliveryChannel } from './wire.ts'
import { UnansweredBytes } from './unanswered.ts'

/** A line longer than this is not the receiver's, bytes. */
const longestLine = 8 * 1024 * 1024
/** Bytes of standard error that are kept, to say why a receiver did not start. */
const keptNoise = 2000

export type ChannelOptions = {
  /** Most that is written and not answered yet, bytes: what the line holds and two chunks, so that a line that stalls is not filled up. */
  readonly unanswered: number
  readonly abort?: AbortSignal
  /** Hears when a byte comes: the other end is alive. */
  readonly heard?: () => void
}

/** A delivery's channel that can say why it ended. */
export interface ReceiverChannel extends DeliveryChannel {
  /** Empty while it is open. */
  readonly why: string
  /** Bytes written that no answer covers yet. */
  readonly unanswered: number
}

/** The receiver's channel, its source sent. Each write is one request, answered by one line. */
export function deliveryChannel(bytes: ByteChannel, options: ChannelOptions): ReceiverChannel {
  const lines = new LineQueue()
  const unanswered = new UnansweredBytes(options.unanswered)
  let started = false
  let rest = ''
  let noise = ''
  bytes.listen({
    bytes: (chunk) => {
      options.heard?.()
      rest += chunk.toString('latin1')
      const parts = rest.split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const line = part.replace(/\r$/, '')
        if (line.startsWith(`${marker}{"hello":`)) started = true
        if (line.startsWith(`${marker}{"id":`)) unanswered.answered()
        lines.push(line)
      }
      if (rest.length > longestLine) bytes.close(`a line longer than ${longestLine} bytes`)
    },
    noise: (chunk) => {
      noise = (noise + chunk.toString('latin1')).slice(-keptNoise)
    },
    closed: (detail) => {
      const said = [noise, rest].map((text) => text.trim()).filter((text) => text !== '')
      lines.end(said.length > 0 && !started ? `${detail}; the host said: ${said.join(' ')}` : detail)
      unanswered.end()
    },
  })
  const send = async (request: Uint8Array): Promise<void> => {
    const whole = Buffer.from(request.buffer, request.byteOffset, request.byteLength)
    unanswered.request(whole.length)
    for (let at = 0; at < whole.length; at += stride) {
      const part = whole.subarray(at, at + stride)
      await unanswered.room(part.length, options.abort)
      await bytes.write(part, options.abort)
    }
  }
  return {
    write: send,
    lines: () => lines,
    get why() {
      return lines.why
    },
    get unanswered() {
      return unanswered.bytes
    },
    close: () => {
      bytes.close('closed by this program')
      return Promise.resolve()
    },
  }
}

/** Written at once, once there is room: a piece of the byte channel. */
const stride = 3876

/** Lines that came and were not read yet. */
class LineQueue implements AsyncIterable<string> {
  readonly #lines: string[] = []
  #wake: (() => void) | undefined
  #over = false
  /** Why it ended. */
  why = ''

  push(line: string): void {
    this.#lines.push(line)
    this.#wake?.()
  }

  end(why: string): void {
    if (this.#over) return
    this.#over = true
    this.why = why
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) yield line
      else if (this.#over) return
      else {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
      }
    }
  }
}
