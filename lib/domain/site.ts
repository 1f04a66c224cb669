/** A place with its own link, its own time and its own hosts. Source of the sample: `inventories/ministry`. */
export type Site = {
  /** Unique; kebab-case: `beirut`, `brussels-eu`. */
  readonly id: string
  readonly name: string
  /** `embassy`, `consulate-general`, … or `home`. */
  readonly kind: string
  readonly city: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** IANA zone name. */
  readonly timeZone: string
  readonly weekend: readonly Weekday[]
  readonly users: number
  readonly size: 'small' | 'medium' | 'large' | 'home'
  readonly link: Link
  /** Name of a profile of the organisation: `mission-server`, `serverless`. */
  readonly profile: string
  readonly hosts: readonly Host[]
  /** Where the facts come from: `strategy`, `public`, `synthetic`. Figures of `public` and `synthetic` rows are invented. */
  readonly provenance: string
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'

/** The line between home and a site. */
export type Link = {
  /** One link a site: the site's id. */
  readonly id: string
  readonly medium: LinkMedium
  readonly secondLine: 'none' | 'terrestrial' | 'satellite-backup'
  /** What the line carries, kbit/s (1 kbit = 1000 bit). */
  readonly kbitPerS: number
  /** Round trip home and back, ms. */
  readonly rttMs: number
  readonly timeZone: string
  /** First entry that matches the instant decides; the last one matches always. */
  readonly budget: readonly BudgetEntry[]
  /** When work may start, in the site's own time; empty = always. */
  readonly windows: readonly WindowEntry[]
}

export type LinkMedium = 'satellite' | 'terrestrial' | 'lan'

/** One line of a timetable: on these days between these hours, at most this rate. */
export type BudgetEntry = {
  readonly days: readonly Weekday[]
  /** Minutes after midnight, site's time; `to` ≤ `from` runs past midnight. 0 and 1440 = the whole day. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly kbitPerS: number
}

/** A span in which work may start. */
export type WindowEntry = {
  readonly days: readonly Weekday[]
  readonly fromMinute: number
  readonly toMinute: number
}

/** A machine that is reached over SSH. */
export type Host = {
  /** Unique over all sites: `beirut-hv1`. */
  readonly id: string
  readonly site: string
  /** Name or address that a socket is opened to. */
  readonly address: string
  readonly port: number
  readonly account: string
  /** Path of a private key file; absent = the SSH agent. */
  readonly key?: string
  /** Host id of a jump host. */
  readonly jump?: string
}

/** A network that is never a target, by any flag. */
export type OffLimitsNetwork = {
  readonly id: string
  readonly name: string
  /** CIDR blocks, IPv4 or IPv6. */
  readonly ranges: readonly string[]
  /** Host name patterns: `*` matches one or more labels. */
  readonly hostNames: readonly string[]
}

/** What an inventory folder says, validated. */
export type Inventory = {
  readonly organisation: string
  readonly folder: string
  readonly sites: readonly Site[]
  readonly offLimits: readonly OffLimitsNetwork[]
  /** Where stack state lives: a `file://` folder, `postgres://…`, `s3://…`; secrets never inside. */
  readonly stateBackend: string
  /** known_hosts file, OpenSSH format. */
  readonly knownHosts: string
  /** SHA-256 of everything that was read, hex. */
  readonly digest: string
}
