import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { strip } from '../worker/payload.ts'

/** The receiver's folder, beside this module in the tree and in the package. */
export const receiverFolder = new URL('receiver/', import.meta.url)

/** Its scripts: functions first, then what runs. */
export const receiverParts = ['words', 'store', 'part', 'chunk', 'receiver'] as const

/** The receiver as one script. */
export const receiverSource = (): string =>
  receiverParts.map((part) => readFileSync(new URL(`${part}.ps1`, receiverFolder), 'utf8')).join('')

/** First bytes on the receiver's standard input: int32 length and the raw deflate of its source. */
export function receiverPayload(): Uint8Array {
  if (cached === undefined) {
    const source = deflateRawSync(strip(receiverSource()), { level: 9 })
    cached = Buffer.alloc(4 + source.length)
    cached.writeInt32LE(source.length)
    source.copy(cached, 4)
  }
  return cached
}
let cached: Buffer | undefined
