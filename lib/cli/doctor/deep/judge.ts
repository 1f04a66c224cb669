import type { DeepDocument } from './document.ts'
import { assumptions, type Assumption, type Facts, type Held } from './assumptions.ts'
import { elsewhere } from './elsewhere.ts'

export type { Held } from './assumptions.ts'

/** What became of one assumption on a host. */
export type DeepJudgement = {
  readonly id: string
  /** What is assumed, in a sentence. */
  readonly assumed: string
  readonly verdict: Held
  readonly found: string
  /** Parts that rest on it: tokens of kinds, `worker`. */
  readonly restsOn: readonly string[]
  /** What the lab, or a script, must do otherwise; empty unless it is not held. */
  readonly change: string
}

/** Every assumption, judged by what a host answered. Pure. */
export function judgeDeep(document: DeepDocument): readonly DeepJudgement[] {
  const facts: Facts = { document, probe: (name) => document.probes[name] }
  return [
    ...assumptions.map((assumption) => judged(assumption, facts)),
    ...elsewhere.map(({ id, assumed, restsOn, because }) => ({
      id,
      assumed,
      restsOn,
      verdict: 'not testable here' as const,
      found: because,
      change: '',
    })),
  ]
}

function judged({ id, assumed, restsOn, change, judge }: Assumption, facts: Facts): DeepJudgement {
  const { verdict, found } = judge(facts)
  return { id, assumed, restsOn, verdict, found, change: verdict === 'not held' ? change : '' }
}
