/** A content that lies in a store. */
export type Version = {
  readonly sha: string
  readonly size: number
  readonly name: string
  /** When it came or was last used, UTC, ISO 8601. */
  readonly at: string
}

/** What a store keeps: so many versions of each series, and so many bytes in all. */
export type Keep = { readonly versions: number; readonly bytes: number }

/** Names of one series differ in their numbers only: `app-1.2.3.msi` and `app-1.10.0.msi`. */
export const seriesOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\d+/g, '#')
    .replace(/#([._-]#)+/g, '#')

/**
 * What goes so that a store keeps to its limits with the incoming content in it: of each series what is older than its newest versions,
 * then the oldest of all until the bytes fit. Never what is protected (in use, incoming) and never the last of a series: a limit that
 * only that would meet is exceeded.
 */
export function versionsToDrop(
  held: readonly Version[],
  incoming: Version,
  keep: Keep,
  protect: ReadonlySet<string> = new Set(),
): readonly string[] {
  const all = [incoming, ...held.filter((v) => v.sha !== incoming.sha)].sort(newestFirst)
  const left = new Map<string, number>()
  for (const v of all) left.set(seriesOf(v.name), (left.get(seriesOf(v.name)) ?? 0) + 1)
  let bytes = all.reduce((sum, v) => sum + v.size, 0)
  const dropped: string[] = []
  const drop = (v: Version): void => {
    dropped.push(v.sha)
    bytes -= v.size
    left.set(seriesOf(v.name), (left.get(seriesOf(v.name)) ?? 0) - 1)
  }
  const mayGo = (v: Version): boolean =>
    v.sha !== incoming.sha &&
    !protect.has(v.sha) &&
    !dropped.includes(v.sha) &&
    (left.get(seriesOf(v.name)) ?? 0) > 1
  const oldestFirst = [...all].reverse()
  for (const v of oldestFirst)
    if ((left.get(seriesOf(v.name)) ?? 0) > Math.max(1, keep.versions) && mayGo(v)) drop(v)
  for (const v of oldestFirst) if (bytes > keep.bytes && mayGo(v)) drop(v)
  return dropped
}

/** How well each version would serve as a base of a content of that name and size, the best first; unlikely ones are left out. */
export function basesFor(name: string, size: number, versions: readonly Version[]): readonly Version[] {
  const series = seriesOf(name)
  const likely = versions.filter((v) => v.size > 0 && (seriesOf(v.name) === series || alike(v.name, name)))
  const score = (v: Version): number =>
    (seriesOf(v.name) === series ? 2 : 0) - Math.abs(Math.log(Math.max(1, v.size) / Math.max(1, size)))
  return likely.sort((a, b) => score(b) - score(a) || newestFirst(a, b))
}

/** Share of words in common: at least half. */
function alike(a: string, b: string): boolean {
  const words = (name: string): Set<string> =>
    new Set(
      name
        .toLowerCase()
        .replace(/(\.[a-z0-9]{1,5})+$/, '')
        .split(/[^a-z]+/)
        .filter((w) => w.length > 1),
    )
  const [first, second] = [words(a), words(b)]
  const common = [...first].filter((word) => second.has(word)).length
  return common > 0 && common * 2 >= Math.max(first.size, second.size)
}

const newestFirst = (a: Version, b: Version): number =>
  a.at < b.at ? 1 : a.at > b.at ? -1 : a.sha < b.sha ? 1 : -1
