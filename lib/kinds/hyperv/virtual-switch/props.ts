import { z } from 'zod'

export const switchTypes = ['external', 'internal', 'private'] as const

/** Inputs of `hyperv:VirtualSwitch`. */
export const props = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^*?[\]\x00-\x1f]{1,100}$/, 'expected 1 to 100 characters without * ? [ ]')
      .describe('Name of the switch. Changing it renames the switch and machines stay connected.'),
    type: z
      .enum(switchTypes)
      .describe(
        '`external`: machines reach the network of a card; `internal`: each other and the host; `private`: each other only.',
      ),
    adapter: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of the network card as `Get-NetAdapter` lists it (`Ethernet 2`). Needed for `external`, and only there. Never the card that carries the session.',
      ),
    allowManagementOs: z
      .boolean()
      .optional()
      .describe(
        'Whether the host itself uses the card too. Only for `external`. Not set: Windows shares it when the switch is made, and later it is left as it is.',
      ),
    notes: z.string().optional().describe('Free text kept with the switch. Not set: left as it is.'),
  })
  .refine((want) => (want.type === 'external') === (want.adapter !== undefined), {
    path: ['adapter'],
    error: 'expected the name of a network card for an external switch, and nothing for another',
  })
  .refine((want) => want.type === 'external' || want.allowManagementOs === undefined, {
    path: ['allowManagementOs'],
    error: 'expected nothing, because only an external switch is shared with the host',
  })

/** What `observe.ps1` prints. */
export const found = z.strictObject({
  id: z.string().describe('Id that Windows gave the switch; it stays when the switch is renamed.'),
  name: z.string().describe('Name now.'),
  type: z.string().describe('`External`, `Internal` or `Private`.'),
  adapters: z.array(z.string()).describe('Names of the network cards that it is bound to, sorted.'),
  teamed: z.boolean().describe('Whether it is bound to a team of cards (switch embedded teaming).'),
  allowManagementOs: z.boolean().describe('Whether the host uses the switch too.'),
  notes: z.string().describe('Its notes.'),
  namesakes: z
    .array(z.string())
    .describe('Ids of further switches of the name that was looked for; empty when it was found by its Id.'),
})

/** Outputs beside the inputs. */
export const outs = z.object({
  switchId: z.string().describe('Id that Windows gave the switch; it stays when the switch is renamed.'),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
