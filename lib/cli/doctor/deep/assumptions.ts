import type { Assumption } from './assumed/assumption.ts'
import { engine } from './assumed/engine.ts'
import { hyperv } from './assumed/hyperv.ts'
import { missing } from './assumed/missing.ts'
import { windows } from './assumed/windows.ts'

export type { Assumption, Facts, Held } from './assumed/assumption.ts'

/** Everything that can be judged by looking. */
export const assumptions: readonly Assumption[] = [...engine, ...missing, ...windows, ...hyperv]
