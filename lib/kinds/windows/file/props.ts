import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'
import { type Encoding, encode, encodings } from './text.ts'

/** Most that a file of this kind may hold, bytes on disk. Larger things are delivered, not declared. */
export const contentLimit = 262_144

/** Inputs of `windows:File`. */
export const props = z
  .strictObject({
    path: windowsPath.describe(
      'Absolute path on a local drive, at most 240 characters. Parent folders are created; they stay when the file goes. Another path is another file (replacement).',
    ),
    content: z
      .string()
      .refine((text) => text.isWellFormed(), 'expected well-formed Unicode, got half of a surrogate pair')
      .describe('The text, exactly: line ends are not converted. At most 262144 bytes once encoded.'),
    encoding: z
      .enum(encodings)
      .default('utf8')
      .describe(
        'How the text becomes bytes. `utf8`: no byte order mark; `utf8-bom`: with one; `ascii`: nothing outside 0x00-0x7f is accepted; `utf16le`: with a byte order mark, as Windows tools write Unicode. Default `utf8`.',
      ),
  })
  .superRefine((want, context) => {
    const complaint = contentComplaint(want.content, want.encoding)
    if (complaint !== undefined) context.addIssue({ code: 'custom', path: ['content'], message: complaint })
  })

/** What `observe.ps1` prints. A folder under that path has neither length nor sha256. */
export const found = z.strictObject({
  path: z.string().describe('The path as it was asked for.'),
  length: z.number().int().nullable().describe('Bytes on disk.'),
  sha256: z.string().nullable().describe('SHA-256 of those bytes, lower-case hex.'),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>

function contentComplaint(content: string, encoding: Encoding): string | undefined {
  if (encoding === 'ascii') {
    const at = [...content].findIndex((c) => c > '\x7f')
    if (at >= 0)
      return `expected only ASCII because encoding is ascii, got another character at position ${at}`
  }
  const length = encode(content, encoding).length
  return length > contentLimit ? `expected at most ${contentLimit} bytes, got ${length}` : undefined
}
