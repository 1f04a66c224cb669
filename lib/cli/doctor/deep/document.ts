import { z } from 'zod'
import type { Json } from '../../../domain/json.ts'

const anyJson: z.ZodType<Json> = z.json()

/**
 * What a host answered to every question of the deep examination. Written by `chancery doctor --deep --json` and printed by the
 * script of `chancery doctor --script`; tests turn it into fixtures. A change that a reader of version 1 would misread makes it version 2.
 */
export const deepDocument = z.strictObject({
  schema: z.literal('chancery.doctor.deep'),
  version: z.literal(1),
  /** `ssh`: asked over the worker. `script`: asked by the printed script on the host itself. */
  via: z.enum(['ssh', 'script']),
  /** Host id of the inventory, or the computer's own name where the script was run by hand. */
  host: z.string(),
  /** UTC, ISO 8601; by the clock of whoever asked. */
  takenAt: z.iso.datetime(),
  /** Version of PowerShell. */
  powershell: z.string(),
  /** What only a session shows; null for a script. */
  session: z
    .strictObject({
      /** Frames that one worker answered, one after the other. */
      frames: z.number().int(),
      /** Operations that it ran between the two readings of its memory, bytes. */
      operations: z.number().int(),
      privateBytesBefore: z.number().int().nullable(),
      privateBytesAfter: z.number().int().nullable(),
      /** Length of the command that started it. */
      commandCharacters: z.number().int(),
      /** Whether the same question asked twice got the same answer, byte for byte. */
      stable: z.boolean().nullable(),
    })
    .nullable(),
  /** By script, the answer or the error. A longer answer than 100000 characters is `{characters}`. */
  probes: z.record(
    z.string(),
    z.strictObject({
      seen: z.record(z.string(), anyJson).nullable(),
      error: z
        .strictObject({
          message: z.string(),
          fqid: z.string(),
          category: z.string(),
          type: z.string(),
          hresult: z.number().int(),
        })
        .nullable(),
      warnings: z.array(z.string()),
      ms: z.number().nullable(),
    }),
  ),
})

export type DeepDocument = z.infer<typeof deepDocument>
export type DeepProbe = DeepDocument['probes'][string]

/** An answer longer than this is kept as its length. */
export const longestKept = 100_000
