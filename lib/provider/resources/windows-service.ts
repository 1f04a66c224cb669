// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** Inputs of `Service`. */
export interface ServiceArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Short name of the service (`Spooler`), not its display name. Another name is another service (replacement). */
  name: pulumi.Input<string>
  /** When Windows starts it. `automatic-delayed`: some minutes after the others. Not set: left as it is. */
  startMode?: pulumi.Input<'automatic' | 'automatic-delayed' | 'manual' | 'disabled'>
  /** Whether it runs now. A service that others depend on is not stopped: the step fails and names them. Not set: left as it is. */
  status?: pulumi.Input<'running' | 'stopped'>
}

/** How a service that the host has starts, and whether it runs. */
export class Service extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Short name of the service (`Spooler`), not its display name. Another name is another service (replacement). */
  declare readonly name: pulumi.Output<string>
  /** When Windows starts it. `automatic-delayed`: some minutes after the others. Not set: left as it is. */
  declare readonly startMode: pulumi.Output<
    'automatic' | 'automatic-delayed' | 'manual' | 'disabled' | undefined
  >
  /** Whether it runs now. A service that others depend on is not stopped: the step fails and names them. Not set: left as it is. */
  declare readonly status: pulumi.Output<'running' | 'stopped' | undefined>
  /** Start mode as found: one of ours, or `boot` or `system`. */
  declare readonly currentStartMode: pulumi.Output<string>
  /** Status as found, in Windows’ own word. */
  declare readonly currentStatus: pulumi.Output<string>
  constructor(name: string, args: ServiceArgs, options?: pulumi.CustomResourceOptions) {
    const outs = { currentStartMode: undefined, currentStatus: undefined }
    super('chancery:windows:Service', name, { ...outs, ...args }, options)
  }
}
