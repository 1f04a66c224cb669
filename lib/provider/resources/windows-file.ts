// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** Inputs of `File`. */
export interface FileArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Absolute path on a local drive, at most 240 characters. Parent folders are created; they stay when the file goes. Another path is another file (replacement). */
  path: pulumi.Input<string>
  /** The text, exactly: line ends are not converted. At most 262144 bytes once encoded. Either this or `source`. */
  content?: pulumi.Input<string>
  /** How the text becomes bytes. `utf8`: no byte order mark; `utf8-bom`: with one; `ascii`: nothing outside 0x00-0x7f is accepted; `utf16le`: with a byte order mark, as Windows tools write Unicode. Default `utf8`. Without meaning for a `source`. */
  encoding?: pulumi.Input<'utf8' | 'utf8-bom' | 'ascii' | 'utf16le'>
  /** A file of any size on the machine that runs this, in place of `content`: absolute, or relative to the folder of the inventory. Its bytes lie unencrypted on the host, and this input is never secret. */
  source?: pulumi.Input<string>
  /** SHA-256 of the `source`, lower-case hex. Filled in from the file; set by hand it pins what the file must be. */
  sourceSha256?: pulumi.Input<string>
  /** Length of the `source`, bytes. Filled in from the file. */
  sourceSize?: pulumi.Input<number>
}

/** A file with exactly this content: a small text, or a file of the operator of any size. */
export class File extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Absolute path on a local drive, at most 240 characters. Parent folders are created; they stay when the file goes. Another path is another file (replacement). */
  declare readonly path: pulumi.Output<string>
  /** The text, exactly: line ends are not converted. At most 262144 bytes once encoded. Either this or `source`. */
  declare readonly content: pulumi.Output<string | undefined>
  /** How the text becomes bytes. `utf8`: no byte order mark; `utf8-bom`: with one; `ascii`: nothing outside 0x00-0x7f is accepted; `utf16le`: with a byte order mark, as Windows tools write Unicode. Default `utf8`. Without meaning for a `source`. */
  declare readonly encoding: pulumi.Output<'utf8' | 'utf8-bom' | 'ascii' | 'utf16le' | undefined>
  /** A file of any size on the machine that runs this, in place of `content`: absolute, or relative to the folder of the inventory. Its bytes lie unencrypted on the host, and this input is never secret. */
  declare readonly source: pulumi.Output<string | undefined>
  /** SHA-256 of the `source`, lower-case hex. Filled in from the file; set by hand it pins what the file must be. */
  declare readonly sourceSha256: pulumi.Output<string | undefined>
  /** Length of the `source`, bytes. Filled in from the file. */
  declare readonly sourceSize: pulumi.Output<number | undefined>
  /** Bytes on disk. */
  declare readonly length: pulumi.Output<number | null>
  /** SHA-256 of those bytes, lower-case hex. Of a secret content `hmac:` and their HMAC-SHA256 in base64, under a key of the organisation. Empty: not read, for it is larger than 64 MiB and of another length than the wanted one. */
  declare readonly sha256: pulumi.Output<string | null>
  constructor(name: string, args: FileArgs, options?: pulumi.CustomResourceOptions) {
    const outs = { length: undefined, sha256: undefined }
    super('chancery:windows:File', name, { ...outs, ...args }, options)
  }
}
