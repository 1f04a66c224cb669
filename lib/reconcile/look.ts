import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { observe } from './act.ts'
import type { HostBatch } from './batch.ts'
import type { Observation } from './observation.ts'
import { keyOf, type Target } from './target.ts'

/** Observations of one stack run, by host and key. */
export class Observations {
  private readonly seen = new Map<string, Observation>()

  private static id = (target: Target): string => `${target.host}|${keyOf(target)}`

  get(target: Target): Observation | undefined {
    return this.seen.get(Observations.id(target))
  }

  set(target: Target, observation: Observation): void {
    this.seen.set(Observations.id(target), observation)
  }

  entries(): readonly (readonly [string, Observation])[] {
    return [...this.seen.entries()]
  }

  static from(entries: Iterable<readonly [string, Observation]>): Observations {
    const all = new Observations()
    for (const [id, observation] of entries) all.seen.set(id, observation)
    return all
  }
}

/** One frame a host with every look; the first failure of a connection fails the whole site. */
export async function lookAll(
  batches: (host: string) => HostBatch,
  targets: readonly Target[],
  into: Observations,
  abort?: AbortSignal,
): Promise<Result<void, Failure>> {
  const answers = await Promise.all(
    targets.map(async (target) => ({ target, answer: await observe(batches(target.host), target, abort) })),
  )
  for (const { target, answer } of answers) {
    if (!answer.ok) return err(answer.error)
    into.set(target, answer.value)
  }
  return ok(undefined)
}
