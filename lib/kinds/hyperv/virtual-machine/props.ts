import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'
import { adapter, disk } from './devices.ts'

const memory = z.number().int().multipleOf(2).min(32).max(12_582_912)

/** Inputs of `hyperv:VirtualMachine`. */
export const props = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[^*?[\]\\/:"<>|\x00-\x1f]{1,100}$/,
        'expected 1 to 100 characters without * ? [ ] \\ / : " < > |',
      )
      .describe('Name of the machine. Changing it renames the machine.'),
    generation: z
      .union([z.literal(1), z.literal(2)])
      .optional()
      .describe(
        '2: UEFI, SCSI; 1: BIOS, IDE. Another generation is another machine (replacement). Not set: 2 when it is made, not compared later.',
      ),
    memoryStartupMB: memory
      .optional()
      .describe(
        'Memory at start, MiB, even, 32 to 12582912; all of it when memory is static. Static memory also changes while the machine runs, if its Windows can (2016 and later). Not set: 512 when it is made.',
      ),
    dynamicMemory: z
      .boolean()
      .optional()
      .describe(
        'Whether memory grows and shrinks with need. Needs the machine off. Not set: static when it is made.',
      ),
    memoryMinimumMB: memory
      .optional()
      .describe(
        'Least memory, MiB, of dynamic memory. Goes down while the machine runs, up only while it is off.',
      ),
    memoryMaximumMB: memory
      .optional()
      .describe(
        'Most memory, MiB, of dynamic memory. Goes up while the machine runs, down only while it is off.',
      ),
    processors: z
      .number()
      .int()
      .min(1)
      .max(2048)
      .optional()
      .describe('Virtual processors, 1 to 2048. Needs the machine off. Not set: 1 when it is made.'),
    adapters: z
      .array(adapter)
      .optional()
      .describe(
        'All network adapters, each with a name of its own: others are removed. Adding and removing needs a machine of generation 1 off.',
      ),
    disks: z
      .array(disk)
      .optional()
      .describe(
        'All disks, in the order in which they are attached: others are detached, never deleted. Needs a machine of generation 1 off.',
      ),
    dvd: z
      .union([z.literal('none'), z.literal('empty'), windowsPath])
      .optional()
      .describe(
        '`none`: no DVD drive; `empty`: one without a medium; a path: one with this ISO file of the host.',
      ),
    secureBoot: z
      .boolean()
      .optional()
      .describe('Secure boot, generation 2 only. Needs the machine off. Not set: on when it is made.'),
    secureBootTemplate: z
      .enum(['MicrosoftWindows', 'MicrosoftUEFICertificateAuthority', 'OpenSourceShieldedVM'])
      .optional()
      .describe(
        'Whose signatures secure boot accepts, generation 2 only; `MicrosoftUEFICertificateAuthority` for Linux. Needs the machine off.',
      ),
    bootOrder: z
      .array(z.enum(['disk', 'dvd', 'network']))
      .min(1)
      .optional()
      .describe(
        'What is tried first, generation 2 only: `disk`: the first disk, `dvd`: the DVD drive, `network`: the first adapter. Other devices come after; entries that the guest made itself are not compared. Needs the machine off.',
      ),
    automaticStartAction: z
      .enum(['nothing', 'start-if-running', 'start'])
      .optional()
      .describe('What happens when the host starts. Not set: start-if-running when it is made.'),
    automaticStartDelaySeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .optional()
      .describe('How long that waits, seconds, 0 to 86400. Not set: 0 when it is made.'),
    automaticStopAction: z
      .enum(['turn-off', 'save', 'shut-down'])
      .optional()
      .describe(
        'What happens when the host goes down. Needs the machine off. Not set: save when it is made.',
      ),
    checkpointType: z
      .enum(['disabled', 'production', 'production-only', 'standard'])
      .optional()
      .describe('How checkpoints are made. Not set: production when it is made.'),
    notes: z.string().optional().describe('Free text kept with the machine. Not set: left as it is.'),
    state: z
      .enum(['running', 'off'])
      .optional()
      .describe('Whether it runs. Not set: a new one stays off, another keeps its state.'),
    allowPowerCycle: z
      .boolean()
      .default(false)
      .describe(
        'Whether the guest may be shut down, for a change that needs the machine off, for `state: off`, or to remove it. It is started again if it ran. Default false.',
      ),
  })
  .superRefine((want, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (want.generation === 1) {
      for (const name of ['secureBoot', 'secureBootTemplate', 'bootOrder'] as const) {
        if (want[name] !== undefined)
          complain(name, 'expected nothing, because a machine of generation 1 has a BIOS')
      }
    }
    for (const name of ['memoryMinimumMB', 'memoryMaximumMB'] as const) {
      if (want[name] !== undefined && want.dynamicMemory !== true)
        complain(name, 'expected dynamicMemory: true beside it')
    }
    const { memoryMinimumMB: least, memoryStartupMB: start, memoryMaximumMB: most } = want
    if (least !== undefined && start !== undefined && least > start) {
      complain('memoryMinimumMB', `expected at most memoryStartupMB, ${start}`)
    }
    if (most !== undefined && start !== undefined && most < start) {
      complain('memoryMaximumMB', `expected at least memoryStartupMB, ${start}`)
    }
    for (const [property, names] of [
      ['adapters', want.adapters?.map((one) => one.name)],
      ['disks', want.disks?.map((one) => one.path)],
      ['bootOrder', want.bootOrder],
    ] as const) {
      const folded = names?.map((name) => name.toLowerCase()) ?? []
      const twice = folded.find((name, i) => folded.indexOf(name) !== i)
      if (twice !== undefined) complain(property, `expected each only once, got ${twice} twice`)
    }
  })

const bytes = z.number().int()

/** What `observe.ps1` prints. */
export const found = z.strictObject({
  id: z.string().describe('Id of the machine; it stays when the machine is renamed or moved.'),
  name: z.string().describe('Name now.'),
  namesakes: z
    .array(z.string())
    .describe('Ids of further machines of the name that was looked for; empty when it was found by its Id.'),
  generation: z.number().int().describe('1 or 2.'),
  state: z.string().describe('Windows’ own word: `Running`, `Off`, `Saved`, `Paused` and so on.'),
  dynamicMemory: z.boolean().describe('Whether memory is dynamic.'),
  memoryStartupBytes: bytes.describe('Memory at start, bytes.'),
  memoryMinimumBytes: bytes.describe('Least dynamic memory, bytes.'),
  memoryMaximumBytes: bytes.describe('Most dynamic memory, bytes.'),
  processors: z.number().int().describe('Virtual processors.'),
  adapters: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        switchName: z.string().nullable(),
        mac: z.string().nullable(),
        vlanMode: z.string(),
        vlan: z.number().int(),
      }),
    )
    .describe(
      'Network adapters by name: switch (null: not connected), static MAC address (null: dynamic), VLAN mode and id.',
    ),
  disks: z
    .array(
      z.strictObject({
        path: z.string().nullable(),
        base: z.string().nullable(),
        controller: z.string(),
        number: z.number().int(),
        location: z.number().int(),
      }),
    )
    .describe('Disks by their place: the file in use, and the file below its checkpoints.'),
  dvds: z.array(z.string().nullable()).describe('Media of the DVD drives by their place; null: empty.'),
  secureBoot: z.boolean().nullable().describe('Null for generation 1.'),
  secureBootTemplate: z.string().nullable().describe('Null for generation 1.'),
  bootOrder: z
    .array(z.string())
    .describe(
      '`disk:<base>`, `dvd`, `network:<adapter>` and `other` in their order; empty for generation 1.',
    ),
  automaticStartAction: z.string().describe('`Nothing`, `StartIfRunning` or `Start`.'),
  automaticStartDelaySeconds: z.number().int().describe('Delay of that, seconds.'),
  automaticStopAction: z.string().describe('`TurnOff`, `Save` or `ShutDown`.'),
  checkpointType: z.string().describe('`Disabled`, `Production`, `ProductionOnly` or `Standard`.'),
  notes: z.string().describe('Its notes.'),
})

/** Outputs beside the inputs. */
export const outs = z.object({
  machineId: z.string().describe('Id of the machine; it stays when the machine is renamed or moved.'),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
