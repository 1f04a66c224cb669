// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** Inputs of `VirtualSwitch`. */
export interface VirtualSwitchArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Name of the switch. Changing it renames the switch and machines stay connected. */
  name: pulumi.Input<string>
  /** `external`: machines reach the network of a card; `internal`: each other and the host; `private`: each other only. */
  type: pulumi.Input<'external' | 'internal' | 'private'>
  /** Name of the network card as `Get-NetAdapter` lists it (`Ethernet 2`). Needed for `external`, and only there. Never the card that carries the session. */
  adapter?: pulumi.Input<string>
  /** Whether the host itself uses the card too. Only for `external`. Not set: Windows shares it when the switch is made, and later it is left as it is. */
  allowManagementOs?: pulumi.Input<boolean>
  /** Free text kept with the switch. Not set: left as it is. */
  notes?: pulumi.Input<string>
}

/** A virtual switch of Hyper-V. */
export class VirtualSwitch extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Name of the switch. Changing it renames the switch and machines stay connected. */
  declare readonly name: pulumi.Output<string>
  /** `external`: machines reach the network of a card; `internal`: each other and the host; `private`: each other only. */
  declare readonly type: pulumi.Output<'external' | 'internal' | 'private'>
  /** Name of the network card as `Get-NetAdapter` lists it (`Ethernet 2`). Needed for `external`, and only there. Never the card that carries the session. */
  declare readonly adapter: pulumi.Output<string | undefined>
  /** Whether the host itself uses the card too. Only for `external`. Not set: Windows shares it when the switch is made, and later it is left as it is. */
  declare readonly allowManagementOs: pulumi.Output<boolean | undefined>
  /** Free text kept with the switch. Not set: left as it is. */
  declare readonly notes: pulumi.Output<string | undefined>
  /** Id that Windows gave the switch; it stays when the switch is renamed. */
  declare readonly switchId: pulumi.Output<string>
  constructor(name: string, args: VirtualSwitchArgs, options?: pulumi.CustomResourceOptions) {
    const outs = { switchId: undefined }
    super('chancery:hyperv:VirtualSwitch', name, { ...outs, ...args }, options)
  }
}
