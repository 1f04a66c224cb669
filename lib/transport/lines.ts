import { inflateRawSync } from 'node:zlib'
import { withHashes } from './left-out.ts'
import { type Line, marker } from './wire.ts'

/** What one line from the host was. */
export type Decoded =
  | {
      readonly kind: 'ours'
      readonly line: Line
      /** As it was printed, without the marker, fingerprints put in. */ readonly json: string
    }
  | { readonly kind: 'noise'; readonly text: string }

/** A line longer than this is not ours, bytes, also once it is inflated. */
export const lineLimit = 32 * 1024 * 1024

/**
 * Takes bytes as they come, gives whole lines: ours behind the marker, everything else (banners, CLIXML, stray output) as noise.
 * A reply may be split anywhere, and may stand behind noise that ended without a line end.
 */
export class LineDecoder {
  readonly #limit: number
  #parts: Buffer[] = []
  #length = 0

  constructor(limit = lineLimit) {
    this.#limit = limit
  }

  /** The lines that these bytes complete, or 'oversized': from then on nothing is decoded. */
  push(bytes: Buffer): readonly Decoded[] | 'oversized' {
    const lines: Decoded[] = []
    let start = 0
    for (;;) {
      const end = bytes.indexOf(0x0a, start)
      if (end < 0) break
      this.#parts.push(bytes.subarray(start, end))
      const text = Buffer.concat(this.#parts).toString('latin1').replace(/\r$/, '')
      this.#parts = []
      this.#length = 0
      start = end + 1
      const decoded = text === '' ? [] : decode(text, this.#limit)
      if (decoded === 'oversized') return decoded
      lines.push(...decoded)
    }
    this.#parts.push(bytes.subarray(start))
    this.#length += bytes.length - start
    return this.#length > this.#limit ? 'oversized' : lines
  }

  /** What came after the last line end. */
  rest(): string {
    return Buffer.concat(this.#parts).toString('latin1')
  }
}

function decode(text: string, limit: number): readonly Decoded[] | 'oversized' {
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
    const rest = text.slice(at + marker.length)
    const whole = rest.startsWith('z') ? inflate(rest.slice(1), limit) : rest
    if (whole === undefined) return 'oversized'
    const lines = whole
      .split('\n')
      .map(withHashes)
      .map((json) => ({ line: parse(json), json }))
    const ours = lines.flatMap(({ line, json }) =>
      line === undefined ? [] : [{ kind: 'ours' as const, line, json }],
    )
    if (ours.length === lines.length) return ours
  }
  return [{ kind: 'noise', text }]
}

/** The lines that stand behind a `z`; an empty text where it holds none, undefined where there are more than the limit. */
function inflate(base64: string, limit: number): string | undefined {
  try {
    return inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: limit }).toString('latin1')
  } catch (cause) {
    return cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
      ? undefined
      : ''
  }
}

function parse(json: string): Line | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  return isLine(value) ? value : undefined
}

const isLine = (value: unknown): value is Line =>
  typeof value === 'object' &&
  value !== null &&
  ['hello', 'id', 'frame'].some((name) => typeof Reflect.get(value, name) === 'number')
