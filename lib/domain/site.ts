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
  /** Days that are no working days there; may be none. */
  readonly weekend: readonly Weekday[]
  /** People who work there. */
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
  /** Spans in which no work starts, whatever the windows say; absent = none. */
  readonly blackouts?: readonly Blackout[]
  /** Dated days off of the site; entries for weekdays and weekends follow them. Absent = none. */
  readonly holidays?: readonly Holiday[]
  /** What is left for Chancery while live video uses the line; absent = the timetable alone decides. */
  readonly video?: VideoRule
  /** The second line; absent = there is none, or nothing is known of it. */
  readonly backup?: BackupLine
}

/** A span of dates and hours on the site's clock in which no work starts. */
export type Blackout = {
  /** `2026-12-20T18:00`, site's time. */
  readonly from: string
  /** First minute after it, site's time. */
  readonly to: string
  readonly because: string
}

/** A day off at a site. */
export type Holiday = {
  /** `2026-12-25`, on the site's calendar. */
  readonly date: string
  readonly name: string
}

/** How much of a line live video leaves, and how it is found out that there is some. */
export type VideoRule = {
  /** At most this rate while live video runs, kbit/s. */
  readonly atMostKbitPerS: number
  /** Asks the conference system; absent = only `chancery video` tells. */
  readonly probe?: VideoProbe
}

/** A question to the conference system over HTTP whose JSON answer says whether a site has live video. */
export type VideoProbe = {
  readonly url: string
  /** JSON pointer (RFC 6901) to the value that tells. */
  readonly pointer: string
  /** Values there that mean live. */
  readonly live: readonly (string | number | boolean)[]
  readonly everyMs: number
  readonly timeoutMs: number
  /** What is assumed while it can't be asked: live video, or what was seen last (live, when nothing was). */
  readonly onFailure: 'live' | 'last'
}

/** The second line of a site, used while the first one is down. */
export type BackupLine = {
  readonly medium: LinkMedium
  readonly kbitPerS: number
  readonly rttMs: number
  readonly budget: readonly BudgetEntry[]
  /** Where hosts are reached over it, by host id; those not named keep their address. */
  readonly hosts: { readonly [host: string]: { readonly address: string; readonly port: number } }
  readonly probe: LineProbe
  /** Work of more bytes than this waits for the primary line. */
  readonly largeBytes: number
}

/** How it is found out whether the primary line carries: a TCP connection to an address that only it leads to. */
export type LineProbe = {
  readonly address: string
  readonly port: number
  /** What shows that it carries: the first line of an SSH server, or that the connection opens. */
  readonly expect: 'banner' | 'connect'
  readonly everyMs: number
  readonly timeoutMs: number
  /** Failed probes in a row that switch to the backup. */
  readonly failures: number
  /** Without a failed probe for this long, ms, the primary counts as good again. */
  readonly goodMs: number
  /** At least this long on the backup, ms; doubled when the primary fails soon after a return. */
  readonly holdMs: number
}

export type LinkMedium = 'satellite' | 'terrestrial' | 'lan'

/** One line of a timetable: on these days between these hours, at most this rate. */
export type BudgetEntry = {
  readonly days: readonly Weekday[]
  /** Minutes after midnight, site's time; `to` ≤ `from` runs past midnight. 0 and 1440 = the whole day. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly kbitPerS: number
  /** On a dated holiday: never (an entry for weekdays) or always (one for weekends); absent = as its day of the week. */
  readonly onHoliday?: 'never' | 'always'
}

/** A span in which work may start. */
export type WindowEntry = {
  readonly days: readonly Weekday[]
  readonly fromMinute: number
  readonly toMinute: number
  /** On a dated holiday: never, always; absent = as its day of the week. */
  readonly onHoliday?: 'never' | 'always'
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
  /** Its id, as in `organisation.yaml`. */
  readonly organisation: string
  /** Where it was read, absolute. */
  readonly folder: string
  readonly sites: readonly Site[]
  /** Networks that nothing may target. */
  readonly offLimits: readonly OffLimitsNetwork[]
  /** Where stack state lives: a `file://` folder, `postgres://…`, `s3://…`; secrets never inside. */
  readonly stateBackend: string
  /** File with the passphrase of the states' secrets, absolute; absent = the environment has it, or it is of our own making. */
  readonly passphraseFile?: string
  /** Database in which the machines that use the links keep who has which, `postgres://…`; absent = each machine keeps it for itself. */
  readonly leases?: { readonly postgres: string }
  /** known_hosts file, OpenSSH format. */
  readonly knownHosts: string
  /** SHA-256 of everything that was read, hex. */
  readonly digest: string
}
