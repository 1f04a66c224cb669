import type { Json } from '../../../../domain/json.ts'
import type { DeepDocument, DeepProbe } from '../document.ts'

/** `held`: the host does as assumed. `not testable here`: it can't be told on this host, or in this way. */
export type Held = 'held' | 'not held' | 'not testable here'

export type Facts = {
  readonly document: DeepDocument
  readonly probe: (name: string) => DeepProbe | undefined
}

export type Judged = { readonly verdict: Held; readonly found: string }

/** Something that scripts, plans or the lab take for granted of Windows. */
export type Assumption = {
  readonly id: string
  readonly assumed: string
  readonly restsOn: readonly string[]
  readonly change: string
  readonly judge: (facts: Facts) => Judged
}

export const held = (found: string): Judged => ({ verdict: 'held', found })
export const not = (found: string): Judged => ({ verdict: 'not held', found })
export const untestable = (found: string): Judged => ({ verdict: 'not testable here', found })

export type Seen = { readonly [key: string]: Json }

/** Judges what a script printed. A command that is missing, or a script that the lab does not run, tells nothing. */
export const seen =
  (script: string, judge: (seen: Seen) => Judged) =>
  ({ probe }: Facts): Judged => {
    const answer = probe(script)
    if (answer === undefined) return untestable('it was not asked')
    if (answer.error !== null)
      return tellsNothing(answer.error.fqid)
        ? untestable(answer.error.message)
        : not(`${answer.error.message} (${answer.error.fqid}, ${answer.error.category})`)
    return answer.seen === null ? untestable('there is none here') : judge(answer.seen)
  }

const tellsNothing = (fqid: string): boolean =>
  fqid.startsWith('CommandNotFoundException') || fqid === 'Chancery.Lab.NotInterpreted'

/** Our scripts tell "absent" from "broken" by the error's id. */
export const fails =
  (script: string, id: string, category: string) =>
  ({ probe }: Facts): Judged => {
    const answer = probe(script)
    if (answer === undefined) return untestable('it was not asked')
    if (answer.error === null) return not('no error came')
    if (tellsNothing(answer.error.fqid)) return untestable(answer.error.message)
    const found = `${answer.error.fqid}, ${answer.error.category}`
    return answer.error.fqid.startsWith(`${id},`) && answer.error.category === category
      ? held(found)
      : not(found)
  }

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
export const texts = (value: Json | undefined): readonly string[] => list(value).map(String)
export const rows = (value: Json | undefined): readonly Seen[] =>
  list(value).filter((one): one is Seen => one !== null && typeof one === 'object' && !Array.isArray(one))
export const number = (value: Json | undefined): number => (typeof value === 'number' ? value : Number.NaN)

/** Words outside those that are known. */
export function words(found: readonly string[], known: readonly string[]): Judged {
  if (found.length === 0) return untestable('there is none here')
  const others = found.filter((word) => !known.includes(word))
  return others.length === 0 ? held(found.join(', ')) : not(`also ${others.join(', ')}`)
}

/** All rows do, or some don't; none is no evidence. */
export const every = (all: readonly Seen[], what: string, test: (row: Seen) => boolean): Judged =>
  all.length === 0
    ? untestable(`there is no ${what} here`)
    : all.every(test)
      ? held(`${all.length} of ${all.length}`)
      : not(`${all.filter(test).length} of ${all.length}: ${JSON.stringify(all.find((row) => !test(row)))}`)
