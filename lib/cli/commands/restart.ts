import { systemClock } from '../../domain/clock.ts'
import { describeFailure } from '../../domain/failure.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand } from '../command.ts'
import { rolloutOption, windowOptions } from '../options.ts'

export const restart = defineCommand({
  usage: 'restart <site> [host]',
  about:
    'Restarts the hosts of a site that say they must, and waits until they are back; nothing else ever restarts one',
  examples: [
    ['restart beirut', 'every host of Beirut that has a restart pending'],
    ["restart beirut --now --reason 'mail is down'", 'outside its window, with a reason that is kept'],
    ['restart beirut --rollout mission-servers', 'within the windows of a rollout too'],
    ['restart beirut beirut-hv1 --always', 'this host, also when it need not'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'id of the site' },
    host: { type: 'string', describe: 'id of one of its hosts' },
  },
  options: {
    always: { type: 'boolean', default: false, describe: 'Also a host that does not say it must' },
    ...rolloutOption,
    ...windowOptions,
  },
  run: async (args, context) => {
    const { output } = context
    const [
      { openInventory, hostsOf },
      { atHosts },
      { restartHost },
      { leaveOf },
      { restartWaits },
      { keepBeside },
      { sitesMeant },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../run/at-hosts.ts'),
      import('../run/restart.ts'),
      import('../links/leave.ts'),
      import('../links/restart-window.ts'),
      import('../history/beside-stacks.ts'),
      import('../rollout.ts'),
    ])
    const estate = await openInventory(args, context)
    const { site, hosts } = await hostsOf(estate, args.site, args.host)
    const { rollout } = await sitesMeant(estate, [site.id], args.rollout)
    const { reason } = leaveOf(args)
    const rules = [site.link, ...(rollout?.rules.get(site.id) ?? [])]
    const waits = reason === undefined ? restartWaits(rules, systemClock.now()) : undefined
    if (waits !== undefined) {
      output.answer(
        { site: site.id, outcome: 'deferred', because: waits },
        () => `${site.id}: deferred: ${waits}`,
      )
      return exitCode.unreachableOrDeferred
    }
    return atHosts(estate, context, async ({ fleet, interrupts, root }) => {
      const note = { reason, rollout: rollout?.id }
      const ended = keepBeside(root, 'restart', site.id, note, context.env)
      const results = await Promise.all(
        hosts.map((host) =>
          restartHost(fleet.port(host.id), systemClock, { always: args.always, abort: interrupts.first }),
        ),
      )
      output.answer(
        results.map((r) => (r.ok ? r.value : { failure: r.error })),
        () => results.map((r) => (r.ok ? sentence(r.value) : describeFailure(r.error))).join('\n'),
      )
      const failures = results.flatMap((r) => (r.ok ? [] : [r.error]))
      if (interrupts.level > 0) return exitCode.interrupted
      const unreached = failures.every((f) => f.kind === 'unreachable' || f.kind === 'unknown')
      ended?.(failures.length === 0 ? 'done' : unreached ? 'unreachable' : 'failed')
      if (failures.length === 0) return exitCode.done
      return unreached ? exitCode.unreachableOrDeferred : exitCode.failed
    })
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
