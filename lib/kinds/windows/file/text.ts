import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

export const encodings = ['utf8', 'utf8-bom', 'ascii', 'utf16le'] as const
export type Encoding = (typeof encodings)[number]

/** The bytes that `write.ps1` puts on the disk for this text. */
export function encode(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case 'utf8':
    case 'ascii':
      return new TextEncoder().encode(text)
    case 'utf8-bom':
      return new TextEncoder().encode(`\ufeff${text}`)
    case 'utf16le':
      return utf16le(`\ufeff${text}`)
  }
}

/** What `observe.ps1` will say of a text on disk. */
export type Digest = (
  text: string,
  encoding: Encoding,
) => { readonly length: number; readonly sha256: string }

/** Length and SHA-256 (lower-case hex) of the text on disk. */
export const fingerprint: Digest = (text, encoding) => {
  const bytes = encode(text, encoding)
  return { length: bytes.length, sha256: bytesToHex(sha256(bytes)) }
}

/** Length and HMAC-SHA256 of the text on disk, `hmac:` and base64. `key`: base64. */
export function fingerprintUnder(key: string): Digest {
  const secret = Uint8Array.from(atob(key), (c) => c.charCodeAt(0))
  return (text, encoding) => {
    const bytes = encode(text, encoding)
    const mac = String.fromCharCode(...hmac(sha256, secret, bytes))
    return { length: bytes.length, sha256: `hmac:${btoa(mac)}` }
  }
}

function utf16le(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2))
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true)
  return new Uint8Array(view.buffer)
}
