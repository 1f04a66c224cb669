import { typeInUrn } from '../../domain/urn.ts'
import type { SiteRun } from './one-site.ts'

/**
 * URNs that a resource may have had before: the state has none under its own, and others of its type that the program declares no more.
 * Which of them it was, if any, the engine knows by the program's `aliases`, and the host by its record.
 */
export function formerUrns({
  recorded,
  protection: declared,
}: Pick<SiteRun, 'recorded' | 'protection'>): (urn: string) => readonly string[] {
  const known = new Set(recorded.map(({ urn }) => urn))
  const gone = recorded.filter(({ urn }) => !declared.has(urn)).map(({ urn }) => urn)
  return (urn) => (known.has(urn) ? [] : gone.filter((other) => typeInUrn(other) === typeInUrn(urn)))
}
