import { z } from 'zod'

export const startModes = ['automatic', 'automatic-delayed', 'manual', 'disabled'] as const
const statuses = ['running', 'stopped'] as const

/** Inputs of `windows:Service`. */
export const props = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[^\\/*?[\]"\x00-\x1f\x7f-\uffff]{1,256}$/,
        'expected the short name of a service, like Spooler: ASCII, without \\ / * ? [ ] "',
      )
      .describe(
        'Short name of the service (`Spooler`), not its display name. Another name is another service (replacement).',
      ),
    startMode: z
      .enum(startModes)
      .optional()
      .describe(
        'When Windows starts it. `automatic-delayed`: some minutes after the others. Not set: left as it is.',
      ),
    status: z
      .enum(statuses)
      .optional()
      .describe(
        'Whether it runs now. A service that others depend on is not stopped: the step fails and names them. Not set: left as it is.',
      ),
  })
  .refine((want) => !(want.startMode === 'disabled' && want.status === 'running'), {
    path: ['status'],
    error: 'expected stopped or nothing, because Windows starts no disabled service',
  })

/** What `observe.ps1` prints. */
export const found = z.strictObject({
  name: z.string().describe('Short name as Windows writes it.'),
  startType: z.string().describe('Windows’ own word: `Automatic`, `Manual`, `Disabled`, `Boot`, `System`.'),
  delayed: z.boolean().describe('The delayed flag; Windows keeps it whatever the start type is.'),
  status: z.string().describe('Windows’ own word: `Running`, `Stopped`, `StartPending`, `Paused` and so on.'),
})

/** Outputs beside the inputs. */
export const outs = z.object({
  currentStartMode: z.string().describe('Start mode as found: one of ours, or `boot` or `system`.'),
  currentStatus: z.string().describe('Status as found, in Windows’ own word.'),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
