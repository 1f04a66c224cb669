import { didYouMean } from '../../inventory/index.ts'
import { nameOf } from '../../reconcile/target.ts'
import { lastObservations } from './observed.ts'
import type { SiteRun } from './one-site.ts'
import { targetsOf } from './targets.ts'

type Known = Pick<SiteRun, 'catalogue' | 'declared' | 'recorded' | 'broken'>

/**
 * What speaks against names beside `--allow-data-loss`: each must be the name or the URN of a resource that the program declares at one of
 * the sites or that a state has. Undefined: nothing does; nor can anything be said while it is not known what a site has.
 */
export function strangeLosses(
  names: readonly string[],
  runs: readonly Known[],
  gone: readonly string[] = [],
): string | undefined {
  if (names.length === 0 || runs.some(({ broken }) => broken !== undefined)) return undefined
  const targets = runs.flatMap(({ catalogue, declared, recorded }) =>
    targetsOf(catalogue, declared, recorded),
  )
  const known = [...new Set(targets.map(nameOf))].sort()
  const urns = new Set(targets.map(({ urn }) => urn))
  const strange = names.filter(
    (name) => !known.includes(name) && !gone.includes(name) && !(name !== '' && urns.has(name)),
  )
  if (strange.length === 0) return undefined
  return [
    ...strange.map((name) =>
      `--allow-data-loss: expected the name or the URN of a resource of these sites, got "${name}". ${meant(name, known)}`.trim(),
    ),
    'Nothing was changed. A preview shows the names.',
  ].join('\n  ')
}

/** A part of a name says more than letters that are alike. */
function meant(name: string, known: readonly string[]): string {
  const part = name.trim().toLowerCase()
  const holding = known.filter((one) => part !== '' && one.toLowerCase().includes(part))
  return holding.length > 0 && holding.length <= 3
    ? `Did you mean ${holding.map((one) => `"${one}"`).join(' or ')}?`
    : didYouMean(name, known)
}

/** Names of what the last look from here at a stack was about: a run that was cut off may have removed some, and is run again as it was. */
export const lookedAtLast = (workFolder: string): readonly string[] =>
  (lastObservations(workFolder)?.observations.entries() ?? []).map(([id]) => {
    const [, token = '', ...identity] = id.split('|')
    return `${token.split(':')[1] ?? token} ${identity.join('|')}`
  })
