import type { Failure } from '../../domain/failure.ts'
import { contentsOf, type ContentPort } from '../../provider/source-files.ts'
import type { PlanBook } from '../../reconcile/book.ts'

/**
 * Brings every content that a site's plan needs to its hosts, before anything of the plan runs: a site is not half-built because a file
 * is still on its way. Hosts at once, the contents of one after each other; what could not be brought, none where all is there.
 */
export async function deliverAhead(
  book: PlanBook,
  contents: ContentPort,
  abort: AbortSignal,
): Promise<readonly Failure[]> {
  const needs = new Map<string, ReturnType<typeof contentsOf>[number][]>()
  for (const { decision, target } of book.all()) {
    if (decision.do !== 'act') continue
    for (const content of contentsOf(target, decision.steps))
      needs.set(target.host, [...(needs.get(target.host) ?? []), content])
  }
  const failures = await Promise.all(
    [...needs].map(async ([host, list]): Promise<readonly Failure[]> => {
      const failed: Failure[] = []
      for (const content of list) {
        const delivered = await contents.deliver(host, content, abort)
        if (delivered.ok) continue
        failed.push(delivered.error)
        if (delivered.error.kind !== 'refused') break
      }
      return failed
    }),
  )
  return failures.flat()
}
