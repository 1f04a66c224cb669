import { marker } from '../wire.ts'
import {
  type DeliveryChannel,
  type DeliveryLine,
  type DeliveryReply,
  type DeliveryRequest,
  requestBytes,
} from './wire.ts'

/** Omit that keeps a union a union. */
type Body = DeliveryRequest extends infer R ? (R extends DeliveryRequest ? Omit<R, 'id'> : never) : never

/** The channel ended, or the receiver said something else than an answer. */
export class TalkOver extends Error {
  readonly why: 'lost' | 'protocol'
  constructor(why: 'lost' | 'protocol', detail: string) {
    super(detail)
    this.why = why
  }
}

type Waiting = { resolve(reply: DeliveryReply): void; reject(cause: TalkOver): void }

/** Requests up, answers down: each request gets the answer of its number. Rejects with `TalkOver` once the talk is over. */
export class DeliveryTalk {
  readonly #channel: DeliveryChannel
  readonly #waiting = new Map<number, Waiting>()
  readonly #busy: (doing: string, done: number) => void
  #id = 0
  #over: TalkOver | undefined
  sent = 0
  received = 0

  constructor(channel: DeliveryChannel, busy: (doing: string, done: number) => void = () => undefined) {
    this.#channel = channel
    this.#busy = busy
    void this.#listen()
  }

  /** Resolves once written, with the promise of the answer: requests are in order, and may be written before earlier ones are answered. */
  async send(request: Body, body?: Uint8Array): Promise<{ readonly reply: Promise<DeliveryReply> }> {
    if (this.#over !== undefined) throw this.#over
    const id = ++this.#id
    const reply = new Promise<DeliveryReply>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    // Whoever stops listening after a refusal leaves answers behind.
    reply.catch(() => undefined)
    const bytes = requestBytes({ ...request, id }, body)
    try {
      await this.#channel.write(bytes)
    } catch (cause) {
      throw this.#end(new TalkOver('lost', cause instanceof Error ? cause.message : String(cause)))
    }
    this.sent += bytes.length
    return { reply }
  }

  async ask(request: Body, body?: Uint8Array): Promise<DeliveryReply> {
    const { reply } = await this.send(request, body)
    return reply
  }

  async #listen(): Promise<void> {
    try {
      for await (const line of this.#channel.lines()) {
        this.received += line.length + 2
        if (line.startsWith(marker)) this.#line(line.slice(marker.length))
      }
      this.#end(new TalkOver('lost', 'the channel ended'))
    } catch (cause) {
      this.#end(new TalkOver('lost', cause instanceof Error ? cause.message : String(cause)))
    }
  }

  #line(text: string): void {
    const line = parsed(text)
    if (line === undefined) {
      this.#end(new TalkOver('protocol', `expected an answer of the receiver, got ${text.slice(0, 200)}`))
    } else if ('busy' in line) this.#busy(line.doing, line.done)
    else if ('id' in line) {
      this.#waiting.get(line.id)?.resolve(line)
      this.#waiting.delete(line.id)
    }
  }

  #end(over: TalkOver): TalkOver {
    this.#over ??= over
    for (const waiting of this.#waiting.values()) waiting.reject(this.#over)
    this.#waiting.clear()
    return this.#over
  }
}

function parsed(text: string): DeliveryLine | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isLine(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isLine = (value: unknown): value is DeliveryLine =>
  typeof value === 'object' &&
  value !== null &&
  ('hello' in value || 'busy' in value || ('id' in value && typeof value.id === 'number' && 'ok' in value))
