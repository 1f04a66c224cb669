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
  let from = Number(raw.readBigInt64LE(4))
  const column = (which: number, i: number): number => raw.readInt32LE(12 + 4 * (which * count + i))
  const out = new Uint8Array(size)
  let at = 0
  let text = 12 + 12 * count
  for (let i = 0; i < count; i++) {
    const literal = column(0, i)
    if (text + literal > raw.length) return undefined
    out.set(raw.subarray(text, text + literal), at)
    text += literal
    at += literal
    const copy = column(1, i)
    if (copy === 0) continue
    from += literal + column(2, i)
    const [source, start] = from < base.length ? [base, from] : [part, from - base.length]
    if (start < 0 || start + copy > source.length) return undefined
    out.set(source.subarray(start, start + copy), at)
    from += copy
    at += copy
  }
  return at === size ? out : undefined
}
