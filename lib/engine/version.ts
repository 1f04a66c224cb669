import { gte, major, parse } from 'semver'

/** Version of the Pulumi engine and of the npm SDK: one number, so that both sides of the wire are of one release. */
export const engineVersion = '3.259.0'

/** Whether an engine found elsewhere can be used: same major version, not older than the pinned one. */
export function fits(found: string, pinned: string): boolean {
  return parse(found) !== null && major(found) === major(pinned) && gte(found, pinned)
}

/** The version in what `pulumi version` prints (`v3.259.0`), without the v; undefined when there is none. */
export function readVersion(printed: string): string | undefined {
  return parse(printed.trim())?.version
}
