import type { Mismatch, PlanDocument } from '../../reconcile/plan-file/index.ts'

/** Why a site's plan can't be carried out, a line for each thing that it rests on; the hosts' properties are told beside. */
export function mismatchLines(mismatches: readonly Mismatch[]): readonly string[] {
  const groups = Map.groupBy(mismatches, ({ of }) => of)
  return [...groups.values()].flatMap(linesOf)
}

function linesOf(same: readonly Mismatch[]): readonly string[] {
  const named = (of: Mismatch['of'], heading: string, name: (text: string) => string): string => {
    const those = same.flatMap((one) => (one.of === of && 'is' in one ? [one] : []))
    const groups = Map.groupBy(those, (one) => one.is)
    const told = [...groups].map(([way, ones]) => {
      const names = ones.map(({ what }) => name(what))
      return names.length === 1
        ? `${names[0]} ${is[way]}`
        : `${names.length} ${are[way]} (${listed(names, 4)})`
    })
    return `${heading}: ${told.join('; ')}`
  }
  switch (same[0]?.of) {
    case 'inventory':
      return [
        `the inventory of this site changed: ${listed(same.flatMap((one) => (one.of === 'inventory' ? [partWords[one.what] ?? one.what] : [])))}`,
      ]
    case 'program':
      return [named('program', 'the program declares something else', nameIn)]
    case 'state':
      return [named('state', 'the state is another one, so somebody applied or refreshed since', nameIn)]
    case 'scripts':
      return [named('scripts', 'what would run on the hosts changed', (text) => text)]
    case 'want':
      return same.flatMap((one) =>
        one.of === 'want'
          ? [`what is wanted of ${one.what} on ${one.host} changed: ${one.properties.join(', ')}`]
          : [],
      )
    case 'host':
      return same.flatMap((one) =>
        one.of === 'host'
          ? [
              `${one.what} on ${one.host} no longer looks as it did when the plan was made${one.owner.planned === one.owner.now ? '' : `, and its record names ${one.owner.now} instead of ${one.owner.planned}`}`,
            ]
          : [],
      )
    case 'steps':
      return same.flatMap((one) => (one.of === 'steps' ? [`${one.what} on ${one.host}: ${one.because}`] : []))
    default:
      return []
  }
}

/** Where a person finds a part of a site's slice of the inventory; a host and a rollout bear their own name. */
const partWords: { readonly [part: string]: string } = {
  site: 'site (its row in sites.csv, holidays, blackouts)',
  link: 'link (rate, budget, windows, second line)',
  profile: 'profile (exceptions applied)',
}

const is = { new: 'is new', gone: 'is gone', other: 'is another' } as const
const are = { new: 'are new', gone: 'are gone', other: 'are others' } as const

/** What `history` knows a plan's file by: the beginning of its digest. */
export const markOf = ({ integrity }: Pick<PlanDocument, 'integrity'>): string => integrity.slice(0, 12)

/** The type and the name of a URN, `File note-0`; any other text stays. */
export const nameIn = (urn: string): string => {
  const [type, name] = urn.split('::').slice(-2)
  return type === undefined || name === undefined
    ? urn
    : `${type.split('$').at(-1)?.split(':').at(-1)} ${name}`
}

/** Names, at most so many of them. */
export const listed = (names: readonly string[], most = 8): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
