import { runBackward, runForward } from './common-run.ts'
import { type Pages, windowLimit } from './pages.ts'
import type { StepList } from './steps.ts'

/** Bytes hashed together, and the shortest run worth a step of its own (a step takes about 5 bytes once deflated). */
const gram = Number(process.env.G ?? 6)
const worthIt = Number(process.env.W ?? 12)
const slotBits = 15
/** How far around its ends a gap is looked at, bytes. */
const reach = 24_576

/** A stretch of a range between two copies: [start, end), and where in the base it should begin and end if little was changed. */
export type Gap = {
  readonly start: number
  readonly end: number
  readonly after: number
  readonly before: number
}

/** Finds short runs in gaps: where releases differ in many small places, what lies between them is near in the base. */
export class GapFiller {
  readonly #base: Pages
  readonly #slots = new Int32Array(1 << slotBits)
  readonly #stamps = new Uint32Array(1 << slotBits)
  #stamp = 0

  constructor(base: Pages) {
    this.#base = base
  }

  /** Names the copies found in the gap, in order. Gaps come in order too. */
  fill(range: Buffer, gap: Gap, list: StepList): void {
    const { start, end, after, before } = gap
    if (end - start < worthIt) return
    const length = end - start
    const near = after <= before && before - after <= windowLimit - 512
    if (length <= 2 * reach && near) return this.#part(range, start, end, after - 256, before + 256, list)
    const half = length <= 2 * reach ? start + Math.ceil(length / 2) : start + reach
    this.#part(range, start, half, after - 256, after + (half - start) * 2 + 512, list)
    const rest = Math.max(half, end - reach)
    this.#part(range, rest, end, before - (end - rest) * 2 - 512, before + 256, list)
  }

  #part(range: Buffer, start: number, end: number, low: number, high: number, list: StepList): void {
    const base = this.#base
    const from = Math.max(0, low)
    const window = base.window(Math.min(from, base.size), Math.min(windowLimit, Math.max(0, high - from)))
    if (window.length < gram || end - start < worthIt) return
    this.#learn(window)
    const slots = this.#slots
    const stamps = this.#stamps
    const stamp = this.#stamp
    for (let at = start; at + gram <= end;) {
      const slot = gramSlot(range, at)
      if (stamps[slot] !== stamp) {
        at++
        continue
      }
      const found = from + (slots[slot] ?? 0)
      const forward = runForward(range, at, base, found, end - at)
      const backward = runBackward(range, at, base, found, at - Math.max(start, list.covered))
      if (forward + backward >= worthIt) {
        list.copy(at - backward, forward + backward, found - backward)
        at += forward
      } else at++
    }
  }

  #learn(window: Buffer): void {
    this.#stamp++
    const slots = this.#slots
    const stamps = this.#stamps
    for (let i = window.length - gram; i >= 0; i--) {
      const slot = gramSlot(window, i)
      slots[slot] = i
      stamps[slot] = this.#stamp
    }
  }
}

function gramSlot(bytes: Uint8Array, at: number): number {
  const low =
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  const high = gram > 4 ? (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8) : 0
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - slotBits)
}
