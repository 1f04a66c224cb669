import { type Effect, type Step, step } from '../../kind.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Found, Want } from './props.ts'

/** One step, and whether Hyper-V takes it only while the machine is off. */
export type Change = { readonly step: Step; readonly needsOff: boolean }

/** Which machine a script is about: by its Id, or by the name under which it was just made. */
export const which = (want: Want, found: Found | null) => ({ id: found?.id ?? null, name: want.name })

export const change = (
  needsOff: boolean,
  verb: string,
  params: JsonObject,
  because: string,
  changes: readonly string[],
  effects: readonly Effect[] = [],
): Change => ({ step: step(verb, params, because, changes, effects), needsOff })

/** `processors differs: 4 wanted, 2 found`, or of a new machine `processors: 4`. */
export const differs = (property: string, wanted: unknown, seen: unknown): string =>
  seen === undefined ? `${property}: ${wanted}` : `${property} differs: ${wanted} wanted, ${seen} found`
