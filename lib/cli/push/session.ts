import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Estate } from '../../domain/profile.ts'
import type { Site } from '../../domain/site.ts'
import type { DeliverySource } from '../../transport/delivery/contract.ts'
import { type Context, UsageError } from '../command.ts'
import type { Rollout } from '../../domain/rollout.ts'
import type { Rules } from '../../link/window.ts'
import type { BringOrder } from '../delivery/contents.ts'
import { type BesideStacks, keepBeside } from '../history/beside-stacks.ts'
import type { Leave } from '../links/leave.ts'
import { openFleet } from '../run/fleet.ts'
import { ensureFolders } from '../run/own-folders.ts'
import { workRoot } from '../run/stacks.ts'
import { interruptsOf } from '../signals.ts'
import { progressFor } from '../view/index.ts'
import { push, type PushedReport } from './push.ts'
import { pushText } from './text.ts'

export type PushOrder = {
  /** The command's word, as the history has it. */
  readonly operation: Exclude<BesideStacks, 'restart'>
  readonly files: readonly string[]
  /** What versions of the content are known by; absent = the file's own name. */
  readonly name: string | undefined
  readonly hosts: readonly string[]
  readonly wait: boolean
  readonly bring: BringOrder
  /** What a person said beside windows and lines. */
  readonly leave: Leave
  readonly rollout: Rollout | undefined
  /** When work may start at a site, where that is not by its own windows and those of the rollout. */
  readonly rules?: (site: string) => readonly Rules[]
}

/** Brings files to sites as the command line asked for it: progress, interrupts, answer, exit code. */
export async function pushFiles(
  estate: Estate,
  sites: readonly Site[],
  order: PushOrder,
  context: Context,
): Promise<number> {
  const { output, cwd, env } = context
  const chosen = sites
    .map((site) => ({
      site,
      hosts: site.hosts.filter(({ id }) => order.hosts.length === 0 || order.hosts.includes(id)),
    }))
    .filter(({ hosts }) => hosts.length > 0)
  if (chosen.length === 0)
    throw new UsageError(
      'site: expected a site with a host, got none. Add one to hosts.csv, or name another.',
    )
  const root = workRoot(cwd, env)
  const work = ensureFolders([root])
  if (!work.ok) {
    output.complain(`chancery: ${work.error}`)
    return exitCode.failed
  }
  const clock = systemClock
  const stop = new AbortController()
  const interrupts = interruptsOf(process, clock)
  const progress = progressFor(context, sites, clock)
  interrupts.listen(() => {
    progress.note('Interrupted: what arrived stays at the site; the same command goes on from there.')
    stop.abort()
  })
  const { reason, onBackup } = order.leave
  const fleet = openFleet({
    estate,
    clock,
    emit: progress.emit,
    root,
    base: cwd,
    // Of a bundle nothing crosses but questions: they wait for no window.
    leave: { anytime: reason !== undefined || order.bring.bundle !== undefined, onBackup },
    ...(order.rollout === undefined ? {} : { rollout: order.rollout }),
  })
  try {
    const sources: DeliverySource[] = []
    for (const file of order.files) {
      const source = await fleet.contents.source(file, order.name)
      if (!source.ok) throw new UsageError(`${source.error}. Nothing was sent.`)
      sources.push(source.value)
    }
    const note = { reason, rollout: order.rollout?.id }
    const kept = new Map(
      chosen.map(({ site }) => [site.id, keepBeside(root, order.operation, site.id, note, env)] as const),
    )
    const reports = await push({
      contents: fleet.contents,
      sources,
      sites: chosen,
      abort: stop.signal,
      now: clock.now(),
      wait: order.wait,
      order: {
        ...order.bring,
        impatient: !order.wait,
        ...(reason === undefined ? {} : { anyTime: true }),
      },
      rules: (site) => (reason === undefined ? (order.rules ?? fleet.startRules)(site) : []),
      ended: ({ site, outcome, because }) => {
        kept.get(site)?.(outcome, because)
        progress.emit({ kind: 'site', site, outcome, ...(because === undefined ? {} : { because }) })
      },
    })
    progress.close()
    output.answer({ interrupted: stop.signal.aborted, sites: reports }, () => pushText(reports, output.width))
    return codeOf(reports, stop.signal.aborted)
  } finally {
    progress.close()
    interrupts.release()
    await fleet.close()
  }
}

function codeOf(reports: readonly PushedReport[], interrupted: boolean): number {
  const some = (...outcomes: readonly string[]) => reports.some(({ outcome }) => outcomes.includes(outcome))
  if (interrupted) return exitCode.interrupted
  if (some('failed')) return exitCode.failed
  return some('unreachable', 'deferred') ? exitCode.unreachableOrDeferred : exitCode.done
}
