import { randomUUID } from 'node:crypto'
import { stackInUrn } from '../../domain/urn.ts'
import { IntentLog } from '../../cli/resolve/intent-log.ts'
import { stackFolder } from '../../cli/run/stacks.ts'
import type { Clock } from '../../domain/clock.ts'
import { ok } from '../../domain/result.ts'
import type { Intents } from '../../reconcile/intents.ts'

/**
 * The intents of one run of plain `pulumi`, which lie where `chancery resolve` looks for those of its own runs. The stack, which a
 * provider is not told, is in each resource's URN. The engine may end a provider without a word, so the file goes whenever nothing is
 * in flight. `root`: folder of all that is kept beside the project; `by`: who works, where.
 */
export function plainIntents(root: string, by: string, clock: Clock): Intents {
  const run = randomUUID()
  const begun = new Map<number, { readonly log: IntentLog; readonly id: number }>()
  let open: IntentLog | undefined
  let next = 1
  const openFor = (urn: string): IntentLog => {
    const stack = stackInUrn(urn)
    return new IntentLog(stackFolder(root, stack), { run, by, operation: 'plain pulumi', stack }, clock)
  }
  return {
    begin: (intents) => {
      const [first] = intents
      if (first === undefined) return ok([])
      const log = (open ??= openFor(first.urn))
      const written = log.begin(intents)
      if (!written.ok) return written
      return ok(
        written.value.map((id) => {
          begun.set(next, { log, id })
          return next++
        }),
      )
    },
    end: (id, how) => {
      const one = begun.get(id)
      if (one === undefined) return
      one.log.end(one.id, how)
      begun.delete(id)
      if (begun.size > 0) return
      one.log.close()
      open = undefined
    },
  }
}
