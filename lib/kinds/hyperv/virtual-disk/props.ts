import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'

const diskTypes = ['dynamic', 'fixed'] as const

const vhdxPath = windowsPath.refine(
  (path) => /\.vhdx$/i.test(path) && !/[[\]]/.test(path),
  'expected a path that ends in .vhdx, without [ and ]',
)

/** Inputs of `hyperv:VirtualDisk`. */
export const props = z
  .strictObject({
    path: vhdxPath.describe(
      'Absolute path of the .vhdx file on a local drive of the host. Parent folders are created. Another path is another disk (replacement).',
    ),
    sizeGB: z
      .number()
      .int()
      .min(1)
      .max(65_536)
      .optional()
      .describe(
        'Size that a machine sees, GiB (1073741824 bytes), 1 to 65536. It grows in place, also while a machine runs; it never shrinks. Needed unless `copyFrom` is set.',
      ),
    type: z
      .enum(diskTypes)
      .optional()
      .describe(
        '`dynamic`: the file grows with its content; `fixed`: it takes its whole size at once. Another type is another disk (replacement). Not set: dynamic when it is made, not compared later.',
      ),
    blockSizeMB: z
      .number()
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe(
        'Block size of a dynamic disk, MiB, 1 to 256. Another one is another disk (replacement). Not set: 32 when it is made, not compared later.',
      ),
    copyFrom: z
      .strictObject({
        path: vhdxPath.describe('The image, a file on the host.'),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
          .describe('SHA-256 that the image must have, hex.'),
      })
      .optional()
      .describe(
        'The disk starts as a copy of this image. While the image is not on the host, the disk is deferred. Matters when the disk is made, not later.',
      ),
  })
  .refine((want) => want.sizeGB !== undefined || want.copyFrom !== undefined, {
    path: ['sizeGB'],
    error: 'expected a size, or copyFrom with the image to start from',
  })
  .refine(
    (want) => want.copyFrom === undefined || (want.type === undefined && want.blockSizeMB === undefined),
    {
      path: ['copyFrom'],
      error: 'expected neither type nor blockSizeMB beside it, because the image has its own',
    },
  )
  .refine((want) => want.type !== 'fixed' || want.blockSizeMB === undefined, {
    path: ['blockSizeMB'],
    error: 'expected nothing, because a fixed disk has no blocks',
  })

/** What `observe.ps1` prints. Who uses the disk is not part of it. */
export const found = z.strictObject({
  path: z.string().describe('The path as it was asked for.'),
  type: z.string().describe('`Dynamic`, `Fixed` or `Differencing`.'),
  sizeBytes: z.number().int().describe('Size that a machine sees, bytes.'),
  blockSizeBytes: z.number().int().describe('Block size, bytes; 0 for a fixed disk.'),
  diskId: z.string().describe('DiskIdentifier of the file.'),
  created: z
    .boolean()
    .describe(
      'Whether this very disk was made here and not found: the note beside it (`<path>.chancery`) names its diskId.',
    ),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
