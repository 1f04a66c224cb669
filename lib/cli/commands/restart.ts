import { systemClock } from '../../domain/clock.ts'
import { describeFailure } from '../../domain/failure.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'
import { windowOptions } from '../options.ts'

export const restart = defineCommand({
  usage: 'restart <site> [host]',
  about:
    'Restarts the hosts of a site that say they must, and waits until they are back; nothing else ever restarts one',
  examples: [
    ['restart beirut', 'every host of Beirut that has a restart pending'],
    ["restart beirut --now --reason 'mail is down'", 'outside its window, with a reason that is kept'],
    ['restart beirut beirut-hv1 --always', 'this host, also when it need not'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'id of the site' },
    host: { type: 'string', describe: 'id of one of its hosts' },
  },
  options: {
    always: { type: 'boolean', default: false, describe: 'Also a host that does not say it must' },
    ...windowOptions,
  },
  run: async (args, context) => {
    const { output } = context
    const [
      { openInventory, chooseSites },
      { openFleet },
      { ensureFolders },
      { workRoot },
      { restartHost },
      { interruptsOf },
      { leaveOf },
      { restartWaits },
      { keepReason },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../run/fleet.ts'),
      import('../run/own-folders.ts'),
      import('../run/stacks.ts'),
      import('../run/restart.ts'),
      import('../signals.ts'),
      import('../links/leave.ts'),
      import('../links/restart-window.ts'),
      import('../history/keep-reason.ts'),
    ])
    const estate = await openInventory(args, context)
    const [site] = await chooseSites(estate, [args.site])
    const hosts = (site?.hosts ?? []).filter((host) => args.host === undefined || host.id === args.host)
    if (hosts.length === 0) {
      throw new UsageError(
        `restart: expected a host of ${args.site} (${site?.hosts.map((h) => h.id).join(', ') || 'it has none'}), got ${args.host ?? 'none'}`,
      )
    }
    const work = ensureFolders([workRoot(context.cwd)])
    if (!work.ok) {
      output.complain(`chancery: ${work.error}`)
      return exitCode.failed
    }
    const { reason } = leaveOf(args)
    const waits = reason === undefined ? restartWaits(site!.link, systemClock.now()) : undefined
    if (waits !== undefined) {
      output.answer(
        { site: site!.id, outcome: 'deferred', because: waits },
        () => `${site!.id}: deferred: ${waits}`,
      )
      return exitCode.unreachableOrDeferred
    }
    const root = workRoot(context.cwd, context.env)
    const ended =
      reason === undefined ? undefined : keepReason(root, 'restart', site!.id, reason, context.env)
    const stop = new AbortController()
    const interrupts = interruptsOf(process, systemClock)
    interrupts.listen(() => stop.abort())
    const fleet = openFleet({ estate, clock: systemClock, emit: () => {}, root: workRoot(context.cwd) })
    try {
      const results = await Promise.all(
        hosts.map((host) =>
          restartHost(fleet.port(host.id), systemClock, { always: args.always, abort: stop.signal }),
        ),
      )
      output.answer(
        results.map((r) => (r.ok ? r.value : { failure: r.error })),
        () => results.map((r) => (r.ok ? sentence(r.value) : describeFailure(r.error))).join('\n'),
      )
      const failures = results.flatMap((r) => (r.ok ? [] : [r.error]))
      if (stop.signal.aborted) return exitCode.interrupted
      const unreached = failures.every((f) => f.kind === 'unreachable' || f.kind === 'unknown')
      ended?.(failures.length === 0 ? 'done' : unreached ? 'unreachable' : 'failed')
      if (failures.length === 0) return exitCode.done
      return unreached ? exitCode.unreachableOrDeferred : exitCode.failed
    } finally {
      interrupts.release()
      await fleet.close()
    }
  },
})

const sentence = (r: {
  readonly host: string
  readonly was: 'not-needed' | 'restarted'
  readonly tookMs: number
}): string =>
  r.was === 'restarted'
    ? `${r.host}: restarted, back after ${Math.round(r.tookMs / 1000)} s. Run up again for what waited for it.`
    : `${r.host}: no restart is pending; nothing was done.`
