import { Native } from '../../powershell/errors.ts'
import type { StaticType } from '../../powershell/host.ts'
import { PsNative } from '../../powershell/objects.ts'
import type { PsValue } from '../../powershell/values.ts'
import { byteArray, bytesFrom, flagOf, int32, textOf } from './values.ts'

/** Text encodings of .NET, with the preambles that its writers write. */

type Codec = {
  readonly type: string
  readonly node: 'utf8' | 'utf16le' | 'latin1'
  readonly web: string
  readonly mark: readonly number[]
}

const codecs = {
  utf8: { type: 'System.Text.UTF8Encoding', node: 'utf8', web: 'utf-8', mark: [0xef, 0xbb, 0xbf] },
  unicode: { type: 'System.Text.UnicodeEncoding', node: 'utf16le', web: 'utf-16', mark: [0xff, 0xfe] },
  ascii: { type: 'System.Text.ASCIIEncoding', node: 'latin1', web: 'us-ascii', mark: [] },
} as const satisfies { readonly [name: string]: Codec }

function encoding(codec: Codec, preamble: boolean): PsNative {
  const bytes = (text: PsValue | undefined): Uint8Array => {
    const given = textOf(text) ?? ''
    return Buffer.from(codec.node === 'latin1' ? given.replace(/[^\x00-\x7f]/g, '?') : given, codec.node)
  }
  return new PsNative(
    codec.type,
    { WebName: () => codec.web },
    {
      GetPreamble: () => byteArray(Uint8Array.from(preamble ? codec.mark : [])),
      GetBytes: (text) => byteArray(bytes(text)),
      GetByteCount: (text) => int32(bytes(text).length),
      GetString: (value) => Buffer.from(bytesFrom(value)).toString(codec.node),
    },
  )
}

/** Bytes of a text as .NET's writers write it: the encoding's preamble, then the text. Without an encoding UTF-8 and no preamble. */
export function encode(text: string, given: PsValue | undefined): Uint8Array {
  const { GetPreamble, GetBytes } = methodsOf(given ?? encoding(codecs.utf8, false))
  if (GetPreamble === undefined || GetBytes === undefined)
    throw new Native('System.ArgumentException', 'Expected an encoding.')
  return Buffer.concat([bytesFrom(GetPreamble()), bytesFrom(GetBytes(text))])
}

/** Text of bytes: a byte order mark decides, then the encoding, then UTF-8. */
export function decode(bytes: Uint8Array, given: PsValue | undefined): string {
  const buffer = Buffer.from(bytes)
  for (const codec of [codecs.utf8, codecs.unicode])
    if (codec.mark.every((byte, at) => buffer[at] === byte))
      return buffer.toString(codec.node, codec.mark.length)
  const codec =
    Object.values(codecs).find((c) => given instanceof PsNative && c.type === given.type) ?? codecs.utf8
  return buffer.toString(codec.node)
}

function methodsOf(given: PsValue): PsNative['methods'] {
  if (given instanceof PsNative) return given.methods
  throw new Native('System.ArgumentException', 'Expected an encoding.')
}

/** The types of encodings, and `[Text.Encoding]`'s well-known ones. */
export const encodingTypes: readonly StaticType[] = [
  {
    name: 'System.Text.Encoding',
    methods: {},
    properties: {
      UTF8: () => encoding(codecs.utf8, true),
      Unicode: () => encoding(codecs.unicode, true),
      ASCII: () => encoding(codecs.ascii, false),
    },
  },
  { name: codecs.utf8.type, methods: {}, construct: (mark) => encoding(codecs.utf8, flagOf(mark) === true) },
  {
    name: codecs.unicode.type,
    methods: {},
    construct: (_bigEndian, mark) => encoding(codecs.unicode, flagOf(mark) ?? true),
  },
  { name: codecs.ascii.type, methods: {}, construct: () => encoding(codecs.ascii, false) },
]
