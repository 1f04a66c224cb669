import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { strip } from '../worker/payload.ts'

/** The receiver's source, beside this module in the tree and in the package. */
export const receiverFile = new URL('receiver.ps1', import.meta.url)

/** First bytes on the receiver's standard input: int32 length and the raw deflate of its source. */
export function receiverPayload(): Uint8Array {
  if (cached === undefined) {
    const source = deflateRawSync(strip(readFileSync(receiverFile, 'utf8')), { level: 9 })
    cached = Buffer.alloc(4 + source.length)
    cached.writeInt32LE(source.length)
    source.copy(cached, 4)
  }
  return cached
}
let cached: Buffer | undefined
