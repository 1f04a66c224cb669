import * as pulumi from '@pulumi/pulumi'
import type { DiskProfile, MachineProfile, MissionServerProfile } from '../domain/profile.ts'
import type { Site } from '../domain/site.ts'
import {
  Feature,
  File,
  Host,
  VirtualDisk,
  VirtualMachine,
  VirtualSwitch,
} from '../provider/resources/index.ts'

/** The site of a `MissionServer`, and what it consists of. */
export type MissionServerArgs = {
  readonly site: Site
  readonly profile: MissionServerProfile
  /** Id of the host at the site; default: the site's first. */
  readonly host?: string
}

/**
 * A decentralised mission: one Hyper-V host at the site that carries mail, login, file and print and the site's own applications.
 * Takes a host from bare Windows: the Hyper-V feature first, the rest once the host has been restarted by a person.
 * Throws a `pulumi.RunError` where the site has no host.
 */
export class MissionServer extends pulumi.ComponentResource {
  /** The machines by the name that the profile gives them. */
  readonly machines: ReadonlyMap<string, VirtualMachine>

  constructor(name: string, args: MissionServerArgs, options?: pulumi.ComponentResourceOptions) {
    super('chancery:components:MissionServer', name, {}, options)
    const { site, profile } = args
    const host = args.host ?? site.hosts[0]?.id
    if (host === undefined) {
      throw new pulumi.RunError(
        `${site.id}: profile ${profile.id} needs a host at the site, and hosts.csv has none. Nothing was changed. Add one, or choose another profile.`,
      )
    }
    const own = { parent: this }
    new File(
      `${name}-site-card`,
      {
        host,
        path: 'C:\\Chancery\\site-card.txt',
        content: `${site.name}\r\n${profile.about}\r\nDeclared in the inventory; changes made here by hand are found and undone.\r\n`,
      },
      own,
    )
    const hyperV = new Feature(
      `${name}-hyper-v`,
      { host, name: 'Hyper-V', includeManagementTools: true, adopt: true },
      own,
    )
    const ready = { ...own, dependsOn: [hyperV] }
    new Host(
      `${name}-settings`,
      { host, virtualMachinePath: profile.folders.machines, virtualHardDiskPath: profile.folders.disks },
      ready,
    )
    const network = new VirtualSwitch(
      `${name}-switch`,
      {
        host,
        name: profile.switch.name,
        type: 'external',
        adapter: profile.switch.adapter,
        allowManagementOs: profile.switch.managementOs,
      },
      ready,
    )
    this.machines = new Map(
      [...profile.machines, ...profile.localApplications].map((machine) => [
        machine.name,
        this.machine(`${name}-${machine.name}`, machine, { host, site, profile, network, ready }),
      ]),
    )
    this.registerOutputs({})
  }

  private machine(
    name: string,
    machine: MachineProfile,
    at: {
      readonly host: string
      readonly site: Site
      readonly profile: MissionServerProfile
      readonly network: VirtualSwitch
      readonly ready: pulumi.CustomResourceOptions
    },
  ): VirtualMachine {
    const { host, site, profile, network, ready } = at
    const disks = machine.disks.map(
      (disk) =>
        new VirtualDisk(
          `${name}-${disk.name}`,
          {
            host,
            path: `${profile.folders.disks}\\${site.id}-${machine.name}-${disk.name}.vhdx`,
            ...contentOf(disk),
          },
          ready,
        ),
    )
    return new VirtualMachine(
      name,
      {
        host,
        name: `${site.id}-${machine.name}`,
        generation: 2,
        memoryStartupMB: machine.memoryMiB,
        processors: machine.processors,
        adapters: [
          {
            name: 'lan',
            switch: network.name,
            ...(machine.vlan === undefined ? {} : { vlan: machine.vlan }),
          },
        ],
        disks: disks.map((disk) => ({ path: disk.path })),
        automaticStartAction: 'start',
        automaticStopAction: 'shut-down',
        checkpointType: 'production',
        notes: machine.about,
      },
      ready,
    )
  }
}

const contentOf = ({ sizeGiB, copyFrom }: DiskProfile) =>
  copyFrom === undefined
    ? { sizeGB: sizeGiB }
    : { copyFrom: { path: copyFrom.path, sha256: copyFrom.sha256 } }
