import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'

const vhdPath = windowsPath.refine(
  (path) => /\.(vhdx?|vhds)$/i.test(path) && !/[[\]]/.test(path),
  'expected a path that ends in .vhdx, .vhd or .vhds, without [ and ]',
)

/** A network adapter of a machine. */
export const adapter = z.strictObject({
  name: z
    .string()
    .regex(/^[^*?[\]\x00-\x1f]{1,100}$/, 'expected 1 to 100 characters without * ? [ ]')
    .describe('Name of the adapter, unique in its machine.'),
  switch: z.string().min(1).describe('Name of the virtual switch that it is connected to.'),
  vlan: z
    .number()
    .int()
    .min(0)
    .max(4094)
    .optional()
    .describe('VLAN id, 1 to 4094; 0: untagged. Not set: left as it is.'),
  mac: z
    .string()
    .regex(/^([0-9a-fA-F]{2}[:-]?){5}[0-9a-fA-F]{2}$/, 'expected a MAC address like 00:15:5d:01:02:03')
    .optional()
    .describe(
      'Static MAC address. Changing it needs the machine off. Not set: left as it is, dynamic when it is made.',
    ),
})

/** A disk of a machine. */
export const disk = z.strictObject({
  path: vhdPath.describe('Path of the disk file on the host.'),
})

export type Adapter = z.infer<typeof adapter>
export type Disk = z.infer<typeof disk>
