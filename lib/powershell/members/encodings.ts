import { createHash, createHmac } from 'node:crypto'
import { Refused } from '../errors.ts'
import { int32 } from '../numbers.ts'
import { PsNative, NOTHING } from '../objects.ts'
import { type PsValue } from '../values.ts'
import { str } from './arguments.ts'
import { bufferOf, bytesOf } from './convert-statics.ts'

const NODE: { readonly [name: string]: BufferEncoding } = { utf8: 'utf8', ascii: 'ascii', unicode: 'utf16le' }
const TYPES: { readonly [name: string]: string } = {
  utf8: 'System.Text.UTF8Encoding',
  ascii: 'System.Text.ASCIIEncoding',
  unicode: 'System.Text.UnicodeEncoding',
}

/** A text encoding. */
export function encodingOf(name: string): PsNative {
  const node = NODE[name]
  if (node === undefined) throw new Refused(`the encoding ${name}`)
  const encode = (v: PsValue | undefined): Buffer => {
    const s = str(v)
    if (name === 'ascii') return Buffer.from(s.replace(/[^\x00-\x7f]/g, '?'), 'latin1')
    if (/[\ud800-\udfff]/.test(s) && !s.isWellFormed()) throw new Refused('text with half a surrogate pair')
    return Buffer.from(s, node)
  }
  return new PsNative(
    TYPES[name]!,
    { WebName: () => (name === 'utf8' ? 'utf-8' : name === 'ascii' ? 'us-ascii' : 'utf-16') },
    {
      GetBytes: (s) => bytesOf(encode(s)),
      GetByteCount: (s) => int32(encode(s).length),
      GetString: (b) => Buffer.from(bufferOf(b)).toString(node),
    },
  )
}

/** A hash algorithm. */
export function hashAlgorithm(name: string): PsNative {
  return new PsNative(
    `System.Security.Cryptography.${name.toUpperCase()}`,
    {},
    {
      ComputeHash: (b) => bytesOf(createHash(name).update(bufferOf(b)).digest()),
      Dispose: () => NOTHING,
    },
  )
}

/** A hash algorithm under a key. */
export function keyedHash(name: string, key: PsValue): PsNative {
  return new PsNative(
    `System.Security.Cryptography.HMAC${name.toUpperCase()}`,
    {},
    {
      ComputeHash: (b) => bytesOf(createHmac(name, bufferOf(key)).update(bufferOf(b)).digest()),
      Dispose: () => NOTHING,
    },
  )
}
