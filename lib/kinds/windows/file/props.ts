import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'
import { type Encoding, encode, encodings } from './text.ts'

/** Most that a declared text may hold, bytes on disk. Larger things are delivered: `source`. */
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
      .optional()
      .describe(
        'The text, exactly: line ends are not converted. At most 262144 bytes once encoded. Either this or `source`.',
      ),
    encoding: z
      .enum(encodings)
      .default('utf8')
      .describe(
        'How the text becomes bytes. `utf8`: no byte order mark; `utf8-bom`: with one; `ascii`: nothing outside 0x00-0x7f is accepted; `utf16le`: with a byte order mark, as Windows tools write Unicode. Default `utf8`. Without meaning for a `source`.',
      ),
    source: z
      .string()
      .min(1, 'expected the path of a file on this machine, got nothing')
      .optional()
      .describe(
        'A file of any size on the machine that runs this, in place of `content`: absolute, or relative to the folder of the inventory. Its bytes lie unencrypted on the host, and this input is never secret.',
      ),
    sourceSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, 64 lower-case hex digits')
      .optional()
      .describe(
        'SHA-256 of the `source`, lower-case hex. Filled in from the file; set by hand it pins what the file must be.',
      ),
    sourceSize: z
      .number()
      .int()
      .nonnegative()
      .optional()
      .describe('Length of the `source`, bytes. Filled in from the file.'),
  })
  .superRefine((want, context) => {
    const complain = (property: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [property], message })
    if (want.content === undefined && want.source === undefined)
      complain(
        'content',
        'expected the text of the file here, or a file of this machine in source; got neither',
      )
    if (want.content !== undefined && want.source !== undefined)
      complain('source', 'expected either content or source, got both')
    for (const property of ['sourceSha256', 'sourceSize'] as const)
      if (want.source === undefined && want[property] !== undefined)
        complain(property, 'expected only beside a source, got it without')
    const complaint = want.content === undefined ? undefined : contentComplaint(want.content, want.encoding)
    if (complaint !== undefined) complain('content', complaint)
  })

/** What `observe.ps1` prints. A folder under that path has neither length nor sha256. */
export const found = z.strictObject({
  path: z.string().describe('The path as it was asked for.'),
  length: z.number().int().nullable().describe('Bytes on disk.'),
  sha256: z
    .string()
    .nullable()
    .describe(
      'SHA-256 of those bytes, lower-case hex. Of a secret content `hmac:` and their HMAC-SHA256 in base64, under a key of the organisation. Empty: not read, for it is larger than 64 MiB and of another length than the wanted one.',
    ),
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
  return length > contentLimit
    ? `expected at most ${contentLimit} bytes, got ${length}. Put it into a file and name that as source`
    : undefined
}
