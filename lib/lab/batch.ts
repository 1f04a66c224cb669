import { deflateRawSync } from 'node:zlib'
import { marker } from '../transport/wire.ts'

/** Longest that a line waits for others, ms. */
const patienceMs = 250
/** Shorter texts don't gain by deflating. */
const worthDeflating = 400

/** Answers that are ready together and leave together, deflated where that pays; as worker.ps1 holds its lines. */
export class Batch {
  #lines: string[] = []
  #since = 0

  get empty(): boolean {
    return this.#lines.length === 0
  }

  add(line: string, now: number): void {
    if (this.empty) this.#since = now
    this.#lines.push(line)
  }

  /** True once the first line has waited long enough. */
  due(now: number): boolean {
    return !this.empty && now - this.#since >= patienceMs
  }

  /** What goes over the channel, line end included; undefined when nothing waits. */
  take(): string | undefined {
    if (this.empty) return undefined
    const text = this.#lines.join('\n')
    this.#lines = []
    return text.length > worthDeflating
      ? `${marker}z${deflateRawSync(text).toString('base64')}\r\n`
      : `${marker}${text.replaceAll('\n', `\n${marker}`)}\r\n`
  }
}
