import { formerUrns } from './formerly.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'
import type { EngineEvent } from '../../engine/engine-event.ts'
import { runStack, type StackSummary } from '../../engine/run.ts'
import type { StackFailure } from '../../engine/stack-failure.ts'
import { serveProvider } from '../../provider/server.ts'
import { type Phase, StackRun } from '../../provider/stack-run.ts'
import type { PlanBook } from '../../reconcile/book.ts'
import type { Observations } from '../../reconcile/look.ts'
import { openCommands } from '../resolve/open-commands.ts'
import type { SiteRun } from './one-site.ts'
import type { Operation } from './types.ts'

/** Resource operations at once: the link's queue limits, not the engine. */
const parallel = 64

/** What the provider works with for one site in one phase. */
export function stackRun(run: SiteRun, phase: Phase, book: PlanBook, observations: Observations): StackRun {
  const { request, site, place, catalogue, fleet } = run
  return new StackRun({
    phase,
    catalogue,
    hosts: site.hosts.map((host) => host.id),
    batch: (host) => fleet.batch(host),
    organisation: request.estate.organisation,
    backend: place.backendUrl,
    observations,
    formerly: formerUrns(run),
    book,
    dataLoss: new Set(request.dataLoss),
    online: !request.offline,
    clock: request.clock,
    emit: request.emit,
    contents: fleet.contents,
    unended: run.unended,
    commands: openCommands({ site: site.id, program: request.program }, place.workFolder, run.begunCommands),
  })
}

/** Runs the engine over a site's stack, with the provider that asks the book. Failures of resources are told beside the engine's own. */
export async function runEngine(
  run: SiteRun,
  phase: Phase,
  operation: Operation,
  book: PlanBook,
  observations: Observations,
  onEvent: (event: EngineEvent) => void,
  message?: string,
): Promise<{ result: Result<StackSummary, StackFailure>; failures: readonly Failure[] }> {
  const stack = stackRun(run, phase, book, observations)
  const server = await serveProvider(stack)
  try {
    const result = await runStack({
      ...run.place,
      program: run.program,
      operation,
      debugProviders: { chancery: server.port, command: server.port },
      parallel,
      interrupts: run.request.interrupts,
      onEvent,
      ...(run.targets !== undefined && { targets: run.targets }),
      ...(message !== undefined && { message }),
    })
    return { result, failures: distinct([...stack.failures.values()]) }
  } finally {
    await server.close()
  }
}

/** One link that is lost fails many resources with the same words. */
const distinct = (failures: readonly Failure[]): readonly Failure[] => [
  ...new Map(failures.map((f) => [JSON.stringify(f), f])).values(),
]
