import * as pulumi from '@pulumi/pulumi'
import type { ServerlessProfile } from '../domain/profile.ts'
import type { Site } from '../domain/site.ts'
import { Feature, Service } from '../provider/resources/index.ts'
import { canCarry } from './link-gate.ts'

/** The site of a `ServerlessMission`, and what it consists of. */
export type ServerlessMissionArgs = {
  readonly site: Site
  readonly profile: ServerlessProfile
}

/**
 * A centralised mission: everything is at home and used over the link; at the site a small gateway, or nothing at all.
 * Throws a `pulumi.RunError` with the reason where the link cannot carry it.
 */
export class ServerlessMission extends pulumi.ComponentResource {
  constructor(
    name: string,
    { site, profile }: ServerlessMissionArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('chancery:components:ServerlessMission', name, {}, options)
    const carried = canCarry(site, profile.requires)
    if (!carried.ok) throw new pulumi.RunError(carried.error)
    const { gateway } = profile
    const [host] = site.hosts
    if (gateway !== null) {
      if (host === undefined) {
        throw new pulumi.RunError(
          `${site.id}: profile ${profile.id} has a gateway, but hosts.csv has no host at the site. Nothing was changed. Add one, or choose a profile without a gateway.`,
        )
      }
      const own = { parent: this }
      const features = gateway.features.map(
        (feature) =>
          new Feature(
            `${name}-${feature}`,
            { host: host.id, name: feature, includeManagementTools: true, adopt: true },
            own,
          ),
      )
      for (const service of gateway.services) {
        new Service(
          `${name}-${service}`,
          { host: host.id, name: service, startMode: 'automatic', status: 'running' },
          { ...own, dependsOn: features },
        )
      }
    }
    this.registerOutputs({})
  }
}
