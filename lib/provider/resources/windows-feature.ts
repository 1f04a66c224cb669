// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** Inputs of `Feature`. */
export interface FeatureArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Name as `Get-WindowsFeature` lists it: `Hyper-V`, `Failover-Clustering`, `Print-Server`. Another name is another feature (replacement). */
  name: pulumi.Input<string>
  /** Install its consoles and PowerShell module too. Matters when it is installed, is not compared later. Default false. */
  includeManagementTools?: pulumi.Input<boolean>
  /** Folder on the host with the installation files, for a feature whose files were removed from the disk. Not set: Windows looks where it is configured to. */
  source?: pulumi.Input<string>
}

/** A role or feature of Windows Server that is installed. */
export class Feature extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Name as `Get-WindowsFeature` lists it: `Hyper-V`, `Failover-Clustering`, `Print-Server`. Another name is another feature (replacement). */
  declare readonly name: pulumi.Output<string>
  /** Install its consoles and PowerShell module too. Matters when it is installed, is not compared later. Default false. */
  declare readonly includeManagementTools: pulumi.Output<boolean | undefined>
  /** Folder on the host with the installation files, for a feature whose files were removed from the disk. Not set: Windows looks where it is configured to. */
  declare readonly source: pulumi.Output<string | undefined>
  /** `Installed`; `InstallPending`: active after a restart; `UninstallPending`: gone after a restart. An available feature counts as absent. */
  declare readonly installState: pulumi.Output<string>
  constructor(name: string, args: FeatureArgs, options?: pulumi.CustomResourceOptions) {
    const outs = { installState: undefined }
    super('chancery:windows:Feature', name, { ...outs, ...args }, options)
  }
}
