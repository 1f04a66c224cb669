import { modules } from '../../../lib/lab/windows/modules.ts'
import type { World } from '../../../lib/lab/world/world.ts'
import { enums } from './classes.ts'
import { stubsOf } from './stubs.ts'

/** A line to or from the engine: an order, a question, an answer. */
export type Line = { readonly [part: string]: unknown }

/** What an engine is given first. */
export function outfit(): Line {
  const stubs = stubsOf()
  return { enums: { ...enums, ...stubs.enums }, modules: stubs.modules }
}

/** Who answers for a host. */
type Answers = { environment(): unknown; now(): unknown }

/** The host as a script finds it. */
export const hostOf = (world: World, answering: Answers): Line => ({
  environment: answering.environment(),
  here: modules.filter((module) => module.here(world)).map((module) => module.name),
  now: answering.now(),
})
