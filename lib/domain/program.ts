import type { Profile } from './profile.ts'
import type { Site } from './site.ts'

/** What a stack program is called with: one site, as plain data. */
export type ProgramContext = {
  readonly site: Site
  /** The site's profile with the site's exceptions applied. */
  readonly profile: Profile
  /** Its id, as in `organisation.yaml`. */
  readonly organisation: string
}

/** A stack program: declares what stands at a site, and reads nothing. What it returns is exported by the stack. */
export type Program = (context: ProgramContext) => unknown
