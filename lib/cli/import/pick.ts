import { err, ok, type Result } from '../../domain/result.ts'
import { didYouMean, nearest } from '../../inventory/index.ts'
import type { Marked } from './mark.ts'
import { urnOf } from './urn-of.ts'

/** How a person names a thing: `VirtualMachine fs1`, and with several hosts `beirut-hv1: VirtualMachine fs1`. */
export const titleOf = ({ thing }: Marked): string => `${thing.token.split(':')[1]} ${thing.identity}`

/**
 * The things that a person names, each once: by title, by what it is called on its host, or by number in the list (`1,3-5`). `all`:
 * everything that is nobody's and can be declared. What names nothing, or several things, is refused.
 */
export function picked(
  things: readonly Marked[],
  words: readonly string[],
): Result<readonly Marked[], readonly string[]> {
  const complaints: string[] = []
  const chosen = new Set<Marked>()
  for (const word of words) {
    const found = word === 'all' ? things.filter(isFree) : named(things, word)
    if (found.length === 0)
      complaints.push(
        word === 'all'
          ? '--pick all: nothing of this list is nobody’s and can be declared. Name what is meant.'
          : `--pick ${word}: names nothing of this list. ${near(word, things)}Write a title or a number of it.`,
      )
    if (found.length > 1 && word !== 'all' && numbers(word, things.length) === undefined) {
      const names = found.map((one) => `'${one.host}: ${titleOf(one)}'`)
      complaints.push(`--pick ${word}: names several things. Choose one: ${names.join(', ')}`)
    }
    for (const one of found) chosen.add(one)
  }
  return complaints.length > 0 ? err(complaints) : ok(things.filter((one) => chosen.has(one)))
}

export const isFree = ({ thing, mark }: Marked): boolean =>
  mark.by === 'nobody' && thing.state === 'described'

/** What was probably meant. */
function near(word: string, things: readonly Marked[]): string {
  const titles = things.map(titleOf)
  const meant =
    nearest(word, titles) ??
    nearest(
      word,
      things.map(({ thing }) => thing.identity),
    )
  return meant === undefined ? '' : `Did you mean "${meant}"? `
}

function named(things: readonly Marked[], word: string): readonly Marked[] {
  const at = numbers(word, things.length)
  if (at !== undefined) return things.filter((_, i) => at.has(i + 1))
  const folded = word.toLowerCase()
  const exact = things.filter((one) =>
    [titleOf(one), `${one.host}: ${titleOf(one)}`].some((t) => t.toLowerCase() === folded),
  )
  return exact.length > 0 ? exact : things.filter(({ thing }) => thing.identity.toLowerCase() === folded)
}

/** `1,3-5` → 1, 3, 4, 5; undefined where it is no such list, or goes beyond the last. */
function numbers(word: string, last: number): ReadonlySet<number> | undefined {
  const all = new Set<number>()
  for (const part of word.split(',')) {
    const range = /^\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*$/.exec(part)
    if (range === null) return undefined
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])]
    if (from < 1 || to < from || to > last) return undefined
    for (let n = from; n <= to; n++) all.add(n)
  }
  return all
}

/**
 * Why a thing that was picked can't be taken over, or undefined. `takeFrom`: the owner that the person names; `stack`: who takes it, which
 * also takes what it had begun to take when it was cut off.
 */
export function notTakeable(one: Marked, takeFrom: string | undefined, stack: string): string | undefined {
  const at = `${one.host}: ${titleOf(one)}`
  const { thing, mark } = one
  if (thing.state === 'refused') return `${at} can't be declared: ${thing.because}. ${thing.fix}`
  if (mark.by === 'us') {
    if (mark.held) return `${at} is this stack's already, as ${mark.urn}. Leave it out.`
    const { token } = thing
    const begun = mark.urn === urnOf(stack, { token, name: mark.urn.slice(mark.urn.lastIndexOf('::') + 2) })
    // What was made here may have been made of a secret, which no line is to say.
    return begun && (mark.adopted || thing.maybeSecret.length === 0)
      ? undefined
      : `${at} has this stack's record, as ${mark.urn}, but its state does not have it: declare it so, and up takes it up.`
  }
  if (mark.by === 'other' && takeFrom !== mark.owner.urn && takeFrom !== mark.owner.backend) {
    return `${at} is owned by ${mark.owner.organisation} (${mark.owner.urn}, state in ${mark.owner.backend}). Remove it there first; if that stack is no more, add --take-from '${mark.owner.urn}'.`
  }
  return mark.by === 'other' && thing.maybeSecret.length > 0
    ? `${at} is owned by ${mark.owner.organisation} (${mark.owner.urn}), whose ${thing.maybeSecret.join(' and ')} may be a secret, and import would write it in clear. Declare it yourself, with adopt: '${takeFrom}' and, where it is one, pulumi.secret(…).`
    : undefined
}

/** Why an owner that was named is none, though what was picked could be taken without; undefined: something is taken from it, or may have been. */
export function strangeOwner(
  chosen: readonly Marked[],
  things: readonly Marked[],
  takeFrom: string | undefined,
): string | undefined {
  if (takeFrom === undefined || chosen.some(({ mark }) => mark.by !== 'nobody')) return undefined
  const owners = things.flatMap(({ mark }) =>
    mark.by === 'other' ? [mark.owner.urn, mark.owner.backend] : [],
  )
  return `--take-from: expected the owner of something that was picked, got "${takeFrom}", and all of it is nobody’s. ${didYouMean(takeFrom, [...new Set(owners)])} Nothing was taken over. Leave it out, or pick what has that owner.`.replace(
    '  ',
    ' ',
  )
}
