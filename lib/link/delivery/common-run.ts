import { type Windows, windowLimit } from './pages.ts'

/** How many bytes of the range from `at` on equal those of the base from `from` on; at most `limit`. */
export function runForward(
  range: Uint8Array,
  at: number,
  base: Windows,
  from: number,
  limit: number,
): number {
  const most = Math.min(limit, range.length - at, base.size - from)
  for (let done = 0; done < most;) {
    const window = base.window(from + done, Math.min(windowLimit, most - done))
    let i = 0
    while (i < window.length && window[i] === range[at + done + i]) i++
    done += i
    if (i < window.length) return done
  }
  return Math.max(0, most)
}

/** How many bytes of the range before `at` equal those of the base before `from`; at most `limit`. */
export function runBackward(
  range: Uint8Array,
  at: number,
  base: Windows,
  from: number,
  limit: number,
): number {
  const most = Math.min(limit, at, from)
  for (let done = 0; done < most;) {
    const size = Math.min(windowLimit, most - done)
    const window = base.window(from - done - size, size)
    let i = 0
    while (i < size && window[size - 1 - i] === range[at - done - 1 - i]) i++
    done += i
    if (i < size) return done
  }
  return Math.max(0, most)
}
