// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** Inputs of `Host`. */
export interface HostArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Folder in which new machines keep their configuration; created when absent. Machines that exist stay where they are. */
  virtualMachinePath?: pulumi.Input<string>
  /** Folder that is proposed for new disks; created when absent. Disks that exist stay where they are. */
  virtualHardDiskPath?: pulumi.Input<string>
  /** Whether consoles may use enhanced session mode. */
  enhancedSession?: pulumi.Input<boolean>
  /** Whether live migration to and from this host is on. Needs a host that is a member of a domain. */
  migration?: pulumi.Input<boolean>
  /** How hosts authenticate to each other; `kerberos` needs constrained delegation on both computer accounts. */
  migrationAuthentication?: pulumi.Input<'credssp' | 'kerberos'>
  /** How memory is carried over. */
  migrationPerformance?: pulumi.Input<'tcpip' | 'compression' | 'smb'>
  /** Whether migration may use every network of the host. The traffic is not encrypted. */
  migrationOverAnyNetwork?: pulumi.Input<boolean>
  /** Live migrations at once, 0 to 1000; in a cluster the cluster’s own number rules. */
  maximumMigrations?: pulumi.Input<number>
  /** Storage migrations at once, 0 to 1000. */
  maximumStorageMigrations?: pulumi.Input<number>
}

/** The Hyper-V settings of a host: folders, consoles, live migration. One a host. */
export class Host extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Folder in which new machines keep their configuration; created when absent. Machines that exist stay where they are. */
  declare readonly virtualMachinePath: pulumi.Output<string | undefined>
  /** Folder that is proposed for new disks; created when absent. Disks that exist stay where they are. */
  declare readonly virtualHardDiskPath: pulumi.Output<string | undefined>
  /** Whether consoles may use enhanced session mode. */
  declare readonly enhancedSession: pulumi.Output<boolean | undefined>
  /** Whether live migration to and from this host is on. Needs a host that is a member of a domain. */
  declare readonly migration: pulumi.Output<boolean | undefined>
  /** How hosts authenticate to each other; `kerberos` needs constrained delegation on both computer accounts. */
  declare readonly migrationAuthentication: pulumi.Output<'credssp' | 'kerberos' | undefined>
  /** How memory is carried over. */
  declare readonly migrationPerformance: pulumi.Output<'tcpip' | 'compression' | 'smb' | undefined>
  /** Whether migration may use every network of the host. The traffic is not encrypted. */
  declare readonly migrationOverAnyNetwork: pulumi.Output<boolean | undefined>
  /** Live migrations at once, 0 to 1000; in a cluster the cluster’s own number rules. */
  declare readonly maximumMigrations: pulumi.Output<number | undefined>
  /** Storage migrations at once, 0 to 1000. */
  declare readonly maximumStorageMigrations: pulumi.Output<number | undefined>
  constructor(name: string, args: HostArgs, options?: pulumi.CustomResourceOptions) {
    const outs = {}
    super('chancery:hyperv:Host', name, { ...outs, ...args }, options)
  }
}
