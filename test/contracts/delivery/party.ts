import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { bodyOf, sumOf } from '../../../lib/link/delivery/chunk.ts'
import { StepList } from '../../../lib/link/delivery/steps.ts'
import {
  type DeliveryChannel,
  type DeliveryLine,
  type DeliveryReply,
  type DeliveryRequest,
  requestBytes,
} from '../../../lib/transport/delivery/wire.ts'
import { marker } from '../../../lib/transport/wire.ts'

/** A host with a store of contents, on which receivers can be started: the real one under PowerShell, or the lab's. */
export type Party = {
  start(): PartyChannel
  /** Files below `%ProgramData%\Chancery`, parts of the path parted by `/`. */
  read(path: string): Uint8Array | undefined
  write(path: string, bytes: Uint8Array | string): void
  list(): readonly string[]
  /** The host's own path for one of those. */
  path(path: string): string
}

export type PartyChannel = DeliveryChannel & {
  /** Ends its process at once. */
  kill(): Promise<void>
}

/** One receiver and what it says. */
export class Receiving {
  readonly channel: PartyChannel
  readonly #lines: AsyncIterator<string>
  #id = 0

  constructor(party: Party) {
    this.channel = party.start()
    this.#lines = this.channel.lines()[Symbol.asyncIterator]()
  }

  /** The next marked line. */
  async line(): Promise<DeliveryLine> {
    for (;;) {
      const { done, value } = await this.#lines.next()
      if (done === true) throw new Error('the receiver has ended')
      if (value.startsWith(marker)) return JSON.parse(value.slice(marker.length)) as DeliveryLine
    }
  }

  /** The answer to a request, without its number; lines that it is busy are passed over. */
  async ask(request: Partial<DeliveryRequest>, body?: Uint8Array): Promise<Omit<DeliveryReply, 'id'>> {
    const id = ++this.#id
    await this.channel.write(requestBytes({ ...request, id } as DeliveryRequest, body))
    for (;;) {
      const line = await this.line()
      if (!('id' in line)) continue
      const { id: answered, ...rest } = line
      if (answered !== id) throw new Error(`expected the answer to ${id}, got ${JSON.stringify(line)}`)
      return rest
    }
  }

  open(content: Uint8Array, more: Partial<Extract<DeliveryRequest, { op: 'open' }>> = {}) {
    const sha = shaOf(content)
    return this.ask({ op: 'open', sha, size: content.length, name: 'app.bin', have: [], waitMs: 0, ...more })
  }

  /** Bytes as they are, from `at` on. */
  literal(bytes: Uint8Array, at: number, z = false) {
    const list = new StepList()
    const body = bodyOf(list.finish(bytes.length), 0, 1, bytes)
    const packed = z ? deflateRawSync(body) : body
    return this.ask({ op: 'chunk', at, size: bytes.length, sum: sumOf(bytes), z }, packed)
  }

  /** Opens, sends in two chunks and finishes. */
  async whole(content: Uint8Array, name = 'app.bin'): Promise<void> {
    await this.open(content, { name })
    const half = content.length >> 1
    await this.literal(content.subarray(0, half), 0, true)
    await this.literal(content.subarray(half), half)
    await this.ask({ op: 'finish', drop: [] })
  }
}

export const shaOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The same bytes for the same seed. */
export function noise(size: number, seed: string): Buffer {
  const parts: Buffer[] = []
  for (let i = 0; parts.length * 32 < size; i++)
    parts.push(createHash('sha256').update(`${seed} ${i}`).digest())
  return Buffer.concat(parts).subarray(0, size)
}
