import { Temporal } from 'temporal-polyfill'

const dayMs = 86_400_000

/** No zone is further from UTC than this, ms. */
const farthest = 26 * 3_600_000

/** The offsets of a zone over a stretch of time: `offset[i]` holds from `at[i]` until `at[i + 1]`. */
type Offsets = {
  readonly from: number
  readonly to: number
  readonly at: readonly number[]
  readonly offset: readonly number[]
}

/**
 * A time zone as a table of its changes, read from the system's data once: what is asked of it afterwards is arithmetic. The table
 * grows with what is asked of it.
 */
export class Zone {
  readonly name: string
  #known: Offsets | undefined

  private constructor(name: string) {
    this.name = name
  }

  static readonly #all = new Map<string, Zone>()

  /** The one table of a zone in this process. Throws on a name that is no zone: inventories are checked before. */
  static of(name: string): Zone {
    const known = this.#all.get(name)
    if (known !== undefined) return known
    const made = new Zone(name)
    this.#all.set(name, made)
    return made
  }

  /** What its clocks show at an instant, as milliseconds since 1970-01-01T00:00 on the clock. */
  wall(instant: number): number {
    const { at, offset } = this.#covering(instant, instant)
    return instant + offset[before(at, instant)]!
  }

  /**
   * The instant at which its clocks show something. What they show twice is its first occurrence; what they skip is the instant of the
   * change. So spans that adjoin on the clock adjoin in time, without gap or overlap.
   */
  instant(wall: number): number {
    const { at, offset } = this.#covering(wall - farthest, wall + farthest)
    for (let i = before(at, wall - farthest); ; i++) {
      const instant = wall - offset[i]!
      if (instant < at[i]!) return at[i]!
      if (i + 1 === at.length || instant < at[i + 1]!) return instant
    }
  }

  #covering(from: number, to: number): Offsets {
    const known = this.#known
    if (known !== undefined && known.from <= from && to < known.to) return known
    return (this.#known = read(
      this.name,
      Math.min(known?.from ?? Infinity, from - 400 * dayMs),
      Math.max(known?.to ?? -Infinity, to + 800 * dayMs),
    ))
  }
}

function read(zone: string, from: number, to: number): Offsets {
  let zoned = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone)
  const at = [-Infinity]
  const offset = [zoned.offsetNanoseconds / 1e6]
  for (;;) {
    const next = zoned.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds >= to) return { from, to, at, offset }
    zoned = next
    at.push(next.epochMilliseconds)
    offset.push(next.offsetNanoseconds / 1e6)
  }
}

/** Index of the last element that is not after a value; the first one is before everything. */
function before(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= value) low = middle
    else high = middle
  }
  return low
}
