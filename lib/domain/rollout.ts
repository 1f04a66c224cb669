import type { Link } from './site.ts'

/** When work may start, on one clock: open is what is in a window and in no blackout. */
export type StartRules = Pick<Link, 'timeZone' | 'windows' | 'blackouts' | 'holidays'> & {
  /** Whose rules these are, where not the site's own: `rollout spring-mail`. */
  readonly of?: string
}

/** Work that is brought to many sites, as a file of the inventory has it. */
export type Rollout = {
  /** Unique; kebab-case; the file's name. */
  readonly id: string
  readonly description: string
  /** Name of a program of `stacks/`. */
  readonly program: string
  /** Ids of its sites, in the order of the register; never none. */
  readonly sites: readonly string[]
  /** By site: when its work may start there, beside the site's own rules. One set of rules for each clock that it is written by. */
  readonly rules: ReadonlyMap<string, readonly StartRules[]>
}
