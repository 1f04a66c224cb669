import { runBackward, runForward } from './common-run.ts'
import { type Windows, windowLimit } from './pages.ts'
import type { StepList } from './steps.ts'

/** Bytes hashed together, and the shortest run that is worth a step of its own (a step takes about 3 bytes once deflated). */
const gram = 5
const worthIt = 11
/** The shortest run worth a step where the copy goes straight on, over bytes that were replaced by as many: its jump is 0. */
const straightRun = 3
const slotBits = 15
/** How far around its ends a gap is looked at, bytes. */
const reach = 24_576

/** A source of copies: its bytes, and the address of the first of them. */
export type Source = { readonly bytes: Windows; readonly address: number }

/**
 * A stretch of a range between two copies: [start, end). Where the copy before it ended, and where the one after it begins, in their
 * sources; undefined: there is none.
 */
export type Gap = {
  readonly start: number
  readonly end: number
  readonly after: { readonly source: Source; readonly from: number } | undefined
  readonly before: { readonly source: Source; readonly from: number } | undefined
}

/** Finds short runs in gaps: where releases differ in many small places, what lies between them is near in the base. */
export class GapFiller {
  readonly #slots = new Int32Array(1 << slotBits)
  readonly #stamps = new Uint32Array(1 << slotBits)
  #stamp = 0

  /** Names the copies found in the gap, in order. Gaps come in order too. */
  fill(range: Buffer, gap: Gap, list: StepList): void {
    const { start, end, after, before } = gap
    if (end - start < straightRun) return
    const length = end - start
    const small = length <= 2 * reach
    if (after === undefined) {
      if (before !== undefined) this.#tail(range, small ? start : end - reach, end, before, list)
      return
    }
    const near =
      before !== undefined &&
      after.source === before.source &&
      after.from <= before.from &&
      before.from - after.from <= windowLimit - 512
    if (before === undefined || (small && near)) {
      const high =
        near && before !== undefined ? before.from + 256 : after.from + 2 * Math.min(length, reach) + 512
      this.#part(
        range,
        start,
        small ? end : start + reach,
        after.source,
        after.from - 256,
        high,
        after.from,
        list,
      )
      return
    }
    const half = small ? start + Math.ceil(length / 2) : start + reach
    this.#part(
      range,
      start,
      half,
      after.source,
      after.from - 256,
      after.from + (half - start) * 2 + 512,
      after.from,
      list,
    )
    this.#tail(range, Math.max(half, end - reach), end, before, list)
  }

  #tail(range: Buffer, start: number, end: number, before: NonNullable<Gap['before']>, list: StepList): void {
    const low = before.from - (end - start) * 2 - 512
    this.#part(range, start, end, before.source, low, before.from + 256, before.from - (end - start), list)
  }

  /** `straight`: where the bytes at `start` would be, had as many been replaced as are there. */
  #part(
    range: Buffer,
    start: number,
    end: number,
    source: Source,
    low: number,
    high: number,
    straight: number,
    list: StepList,
  ): void {
    const { bytes, address } = source
    const from = Math.min(bytes.size, Math.max(0, low))
    const window = bytes.window(from, Math.min(windowLimit, Math.max(0, high - from), bytes.size - from))
    if (window.length < gram) return
    this.#learn(window)
    const slots = this.#slots
    const stamps = this.#stamps
    const stamp = this.#stamp
    // Where the byte at `at` would be, going straight on: `at + shift`, counted in the window.
    let shift = straight - start - from
    for (let at = start; at + straightRun <= end;) {
      const on = at + shift
      if (on >= 0 && window[on] === range[at] && window[on + 1] === range[at + 1]) {
        let run = 2
        const most = Math.min(end - at, window.length - on)
        while (run < most && window[on + run] === range[at + run]) run++
        if (run >= straightRun) {
          list.copy(at, run, address + from + on)
          at += run
          continue
        }
      }
      const slot = at + gram <= end ? gramSlot(range, at) : -1
      if (slot >= 0 && stamps[slot] === stamp) {
        const found = from + (slots[slot] ?? 0)
        const forward = runForward(range, at, bytes, found, end - at)
        const backward = runBackward(range, at, bytes, found, at - Math.max(start, list.covered))
        if (forward + backward >= worthIt) {
          list.copy(at - backward, forward + backward, address + found - backward)
          at += forward
          shift = found + forward - at - from
          continue
        }
      }
      at++
    }
  }

  #learn(window: Uint8Array): void {
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
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(bytes[at + 4] ?? 0, 0x85ebca6b)) >>> (32 - slotBits)
}
