import type { Rollout } from './rollout.ts'
import type { Inventory } from './site.ts'

/** What a site of one kind consists of: chosen by the register's column `profile`, adjusted by the site's exception. */
export type Profile = MissionServerProfile | ServerlessProfile | HomeProfile

/** Decentralised: a Hyper-V host at the site carries the machines. */
export type MissionServerProfile = {
  readonly model: 'mission-server'
  /** Unique; the file's name: `mission-server`. */
  readonly id: string
  readonly about: string
  /** External switch of the Hyper-V host. */
  readonly switch: SwitchProfile
  /** Where the host keeps machines and disks. */
  readonly folders: { readonly machines: string; readonly disks: string }
  readonly machines: readonly MachineProfile[]
  /** Applications of this site only, each in a machine of its own. */
  readonly localApplications: readonly MachineProfile[]
}

/** Centralised: everything is at home, used over the link. */
export type ServerlessProfile = {
  readonly model: 'serverless'
  readonly id: string
  readonly about: string
  /** A small Windows host at the site, or nothing at all. */
  readonly gateway: GatewayProfile | null
  /** A link that does less cannot carry the site. */
  readonly requires: LinkRequirement
}

/** The home site: not made of a mission's parts. */
export type HomeProfile = { readonly model: 'home'; readonly id: string; readonly about: string }

export type SwitchProfile = {
  readonly name: string
  /** Name of the host's network adapter that the switch takes. */
  readonly adapter: string
  /** True: the host itself keeps using that adapter. */
  readonly managementOs: boolean
}

export type MachineProfile = {
  /** Part of the machine's name: `mail` at beirut is `beirut-mail`. */
  readonly name: string
  readonly about: string
  readonly memoryMiB: number
  readonly processors: number
  /** VLAN of its adapter; absent = untagged. */
  readonly vlan?: number
  readonly disks: readonly DiskProfile[]
}

export type DiskProfile = {
  /** Part of the file's name: `system`, `data`. */
  readonly name: string
  readonly sizeGiB: number
  /** File on the host that a new disk is copied from, and its SHA-256 (hex); absent = empty disk. */
  readonly copyFrom?: { readonly path: string; readonly sha256: string }
}

export type GatewayProfile = {
  /** Windows features that it has. */
  readonly features: readonly string[]
  /** Windows services that run from start-up. */
  readonly services: readonly string[]
}

export type LinkRequirement = {
  /** Rate of the line divided by the site's users, kbit/s. */
  readonly minKbitPerSPerUser: number
  readonly maxRttMs: number
}

/** An inventory with its profiles and rollouts. */
export type Estate = Inventory & {
  /** By profile id, as the profile's file says. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** By site id: the site's profile with the site's exception applied. Every site has one. */
  readonly siteProfiles: ReadonlyMap<string, Profile>
  /** By id. */
  readonly rollouts: ReadonlyMap<string, Rollout>
}
