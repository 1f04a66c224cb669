import { err, ok, type Result } from '../domain/result.ts'
import type { Link, Site } from '../domain/site.ts'
import { didYouMean, nearest } from './complaint.ts'

/** Which sites are meant. */
export type Selector = {
  readonly text: string
  /** Ids and globs; a site matches when one of them does. Empty = any id. */
  readonly ids: readonly string[]
  /** All must match; within one, one of the values must. */
  readonly terms: readonly { readonly key: SelectorKey; readonly values: readonly string[] }[]
}

/** What a selector looks at. */
export type Selectable = Pick<Site, 'id' | 'profile' | 'size' | 'country' | 'kind' | 'provenance'> & {
  readonly link: Pick<Link, 'medium' | 'secondLine'>
}

const keys = {
  id: (site: Selectable) => site.id,
  link: (site: Selectable) => site.link.medium,
  'second-line': (site: Selectable) => site.link.secondLine,
  profile: (site: Selectable) => site.profile,
  size: (site: Selectable) => site.size,
  country: (site: Selectable) => site.country,
  kind: (site: Selectable) => site.kind,
  provenance: (site: Selectable) => site.provenance,
} as const

export type SelectorKey = keyof typeof keys
const keyNames = Object.keys(keys)
const isKey = (text: string): text is SelectorKey => Object.hasOwn(keys, text)

/**
 * `link=satellite,profile=mission-server`, `country=LB|SY`, `beirut`, `brussels-*`, `beirut,nairobi`, `brussels-*,size=large`.
 * Comma between keys is and, `|` between values and comma between ids is or. The error is one sentence.
 */
export function parseSelector(text: string): Result<Selector, string> {
  const ids: string[] = []
  const terms: { key: SelectorKey; values: readonly string[] }[] = []
  for (const part of text.split(',').map((p) => p.trim())) {
    if (part === '')
      return err(
        `selector "${text}": expected key=value or the id of a site between commas, got nothing. Remove a comma.`,
      )
    const equals = part.indexOf('=')
    const values = part
      .slice(equals + 1)
      .split('|')
      .map((v) => v.trim())
    if (values.includes(''))
      return err(
        `selector "${part}": expected a value on both sides of |, got nothing. Write key=value|value.`,
      )
    if (equals < 0) {
      ids.push(...values)
      continue
    }
    const key = part.slice(0, equals).trim()
    if (!isKey(key))
      return err(
        `selector "${part}": expected a key of ${keyNames.join(', ')}, got "${key}". ${near(key, keyNames)}`.trim(),
      )
    terms.push({ key, values })
  }
  return ok({ text, ids, terms })
}

/**
 * The sites that a selector means, in the order of `sites`; never none. A value that no site has is told with what is near.
 */
export function selectSites<S extends Selectable>(
  sites: readonly S[],
  selector: Selector,
): Result<readonly S[], string> {
  const all = [
    ...(selector.ids.length === 0 ? [] : [{ key: 'id' as const, values: selector.ids }]),
    ...selector.terms,
  ]
  for (const { key, values } of all) {
    const known = [...new Set(sites.map(keys[key]))]
    for (const value of values)
      if (!known.some((k) => matches(key, value, k)))
        return err(
          `selector "${selector.text}": expected ${key === 'id' ? 'the id of a site' : `${key} of a site`}, got "${value}". ${didYouMean(value, known)}`.trim(),
        )
  }
  const chosen = sites.filter((site) =>
    all.every(({ key, values }) => values.some((value) => matches(key, value, keys[key](site)))),
  )
  return chosen.length > 0
    ? ok(chosen)
    : err(`selector "${selector.text}": no site matches all of it. Leave a term out.`)
}

/**
 * The union of several selectors, each parsed and matched by itself; none given = all sites. Errors: a sentence for each
 * selector that can't be read or that no site matches.
 */
export function chooseSites(
  sites: readonly Site[],
  texts: readonly string[],
): Result<readonly Site[], readonly string[]> {
  if (texts.length === 0) return ok(sites)
  const errors: string[] = []
  const chosen = new Set<Site>()
  for (const text of texts) {
    const selector = parseSelector(text)
    const found = selector.ok ? selectSites(sites, selector.value) : selector
    if (!found.ok) errors.push(found.error)
    else for (const site of found.value) chosen.add(site)
  }
  return errors.length > 0 ? err(errors) : ok(sites.filter((site) => chosen.has(site)))
}

/** Ids may be globs; countries are matched in any case. */
function matches(key: SelectorKey, pattern: string, value: string): boolean {
  if (key === 'id') return globOf(pattern).test(value)
  return key === 'country' ? pattern.toUpperCase() === value : pattern === value
}

const globOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .toLowerCase()
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

const near = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known)
  return meant === undefined ? '' : `Did you mean "${meant}"?`
}
