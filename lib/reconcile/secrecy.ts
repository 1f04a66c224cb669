import type { Target } from './target.ts'

/** A change of the state that is none of the host: nothing is sent. */
export type StateOnly = {
  readonly properties: readonly string[]
  /** Those of them that lay in clear and are secret now. */
  readonly fresh: readonly string[]
  readonly because: string
}

/** Inputs that are secret now and lay in clear in the state, and those that are none any more. */
export function secrecyOf({ want, former, secrets, sealed }: Target): {
  readonly fresh: readonly string[]
  readonly over: readonly string[]
} {
  const before = sealed === undefined ? undefined : former
  const both = Object.keys(want).filter((name) => before?.[name] !== undefined)
  return {
    fresh: both.filter((name) => secrets?.has(name) === true && sealed?.has(name) !== true),
    over: both.filter((name) => secrets?.has(name) !== true && sealed?.has(name) === true),
  }
}

/** What the state alone has to say otherwise of a thing that is as wanted; undefined: nothing. */
export function stateOnly(target: Target): StateOnly | undefined {
  const { fresh, over } = secrecyOf(target)
  return stateOnlyOf(fresh, over)
}

/** The same of inputs that are known by name. */
export function stateOnlyOf(fresh: readonly string[], over: readonly string[]): StateOnly | undefined {
  if (fresh.length + over.length === 0) return undefined
  const because = [
    ...(fresh.length === 0 ? [] : [`${fresh.join(', ')}: kept encrypted in the state from now on`]),
    ...(over.length === 0
      ? []
      : [`${over.join(', ')}: no secret any more, in clear in the state from now on`]),
    'nothing runs on the host',
  ].join('; ')
  return { properties: [...fresh, ...over], fresh, because }
}
