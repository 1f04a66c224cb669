import type { Json } from '../domain/json.ts'
import type { Step } from '../kinds/kind.ts'

/** Stands in a want for a value that is not known before another resource exists; names the place, so that steps tell which value they wait for. */
const prefix = '\u0000later:'
const suffix = '\u0000'

/** The stand-in of the value at a path of a want: `adapters/0/switch`. */
export const laterMark = (path: string): string => `${prefix}${path}${suffix}`

/** The path that a value stands in for; undefined for any other value. */
export const laterPath = (value: Json): string | undefined =>
  typeof value === 'string' && value.startsWith(prefix) && value.indexOf(suffix, 1) === value.length - 1
    ? value.slice(prefix.length, -1)
    : undefined

const marks = /\u0000later:([^\u0000]*)\u0000/g

/** A reason in which a stand-in was written out, in words. */
export const withoutLater = (text: string): string => text.replace(marks, '(known later)')

/** Whether steps are the planned ones, but for the values that were not known when they were planned. Reasons may tell those values. */
export const sameSteps = (planned: readonly Step[], today: readonly Step[]): boolean =>
  planned.length === today.length &&
  planned.every((step, i) => {
    const other = today[i]!
    return (
      step.verb === other.verb &&
      step.limitMs === other.limitMs &&
      sameBut(step.params, other.params) &&
      sameBut(step.changes, other.changes) &&
      sameBut(step.effects, other.effects)
    )
  })

function sameBut(planned: Json, today: Json): boolean {
  if (typeof planned === 'string' && planned.includes(prefix)) return fits(planned, today)
  if (planned === null || today === null || typeof planned !== 'object' || typeof today !== 'object')
    return planned === today
  if (isList(planned) || isList(today))
    return (
      isList(planned) &&
      isList(today) &&
      planned.length === today.length &&
      planned.every((value, i) => sameBut(value, today[i]!))
    )
  const names = Object.keys(planned)
  return (
    names.length === Object.keys(today).length &&
    names.every((name) => Object.hasOwn(today, name) && sameBut(planned[name]!, today[name]!))
  )
}

/** A stand-in alone fits any value; within a text it fits any text, and what stands around it must be there. */
function fits(planned: string, today: Json): boolean {
  if (laterPath(planned) !== undefined) return true
  if (typeof today !== 'string') return false
  const parts = planned.split(marks).filter((_, i) => i % 2 === 0)
  let at = 0
  for (const [i, part] of parts.entries()) {
    const found = i === parts.length - 1 ? today.length - part.length : today.indexOf(part, at)
    if (found < at || !today.startsWith(part, found) || (i === 0 && found !== 0)) return false
    at = found + part.length
  }
  return true
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
