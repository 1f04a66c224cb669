import { Native } from '../../powershell/errors.ts'
import { PsNative } from '../../powershell/objects.ts'
import type { PsValue } from '../../powershell/values.ts'
import { bytesFrom } from './values.ts'

/** Bytes of a text as .NET's writers write it: the encoding's preamble, then the text. Without an encoding UTF-8 and no preamble. */
export function encode(text: string, encoding: PsValue | undefined): Uint8Array {
  if (encoding === undefined || encoding === null) return new TextEncoder().encode(text)
  const { GetPreamble, GetBytes } = methodsOf(encoding)
  if (GetBytes === undefined) throw new Native('System.ArgumentException', 'The encoding can not write.')
  return Buffer.concat([
    GetPreamble === undefined ? new Uint8Array() : bytesFrom(GetPreamble()),
    bytesFrom(GetBytes(text)),
  ])
}

/** Text of bytes: a byte order mark decides, then the encoding, then UTF-8. */
export function decode(bytes: Uint8Array, encoding: PsValue | undefined): string {
  const buffer = Buffer.from(bytes)
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return buffer.toString('utf16le', 2)
  if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) return buffer.toString('utf8', 3)
  const type = encoding instanceof PsNative ? encoding.type : ''
  if (/Unicode/.test(type)) return buffer.toString('utf16le')
  return /ASCII/.test(type) ? buffer.toString('ascii') : buffer.toString('utf8')
}

function methodsOf(encoding: PsValue): PsNative['methods'] {
  if (encoding instanceof PsNative) return encoding.methods
  throw new Native('System.ArgumentException', 'Expected an encoding.')
}
