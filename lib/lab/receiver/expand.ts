import { inflateRawSync } from 'node:zlib'

/** What a chunk yields; undefined when its body is not one, or reads beyond its sources. See `lib/link/delivery/chunk.ts` for its form. */
export function expand(
  body: Uint8Array,
  z: boolean,
  size: number,
  base: Uint8Array | undefined,
  part: Uint8Array,
): Uint8Array | undefined {
  try {
    const raw = z ? inflateRawSync(body) : Buffer.from(body.buffer, body.byteOffset, body.length)
    return steps(raw, size, base ?? new Uint8Array(0), part)
  } catch {
    return undefined
  }
}

function steps(raw: Buffer, size: number, base: Uint8Array, part: Uint8Array): Uint8Array | undefined {
  const count = raw.readInt32LE(0)
  const columns = 16 + 4 * raw.readInt32LE(4)
  let from = Number(raw.readBigInt64LE(8))
  let wide = 16
  const value = (at: number, less: number): number => {
    const byte = raw.readUInt8(at)
    if (byte < 255) return byte - less
    wide += 4
    return raw.readInt32LE(wide - 4)
  }
  const out = new Uint8Array(size)
  let at = 0
  let text = columns + 3 * count
  for (let i = 0; i < count; i++) {
    const literal = value(columns + i, 0)
    const copy = value(columns + count + i, 0)
    if (text + literal > raw.length) return undefined
    out.set(raw.subarray(text, text + literal), at)
    text += literal
    at += literal
    if (copy === 0) continue
    from += literal + value(columns + 2 * count + i, 127)
    const [source, start] = from < base.length ? [base, from] : [part, from - base.length]
    if (start < 0 || start + copy > source.length) return undefined
    out.set(source.subarray(start, start + copy), at)
    from += copy
    at += copy
  }
  return at === size ? out : undefined
}
