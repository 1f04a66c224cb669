import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand } from '../command.ts'
import type { Check } from '../doctor/check.ts'

export const doctor = defineCommand({
  usage: 'doctor <site> [host]',
  about: 'Examines the hosts of a site without changing them, and says what to repair',
  examples: [
    ['doctor beirut', 'every host of the site'],
    ['doctor beirut --json', 'for a program, with what each host answered'],
  ],
  positionals: {
    site: { type: 'string', demandOption: true, describe: 'Site id' },
    host: { type: 'string', describe: 'Host id; none = every host of the site' },
  },
  options: {},
  run: async (args, context) => {
    const [
      { openInventory, hostsOf },
      { openFleet },
      { workRoot },
      { interruptsOf },
      { examine },
      { judge, worst },
      { table },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../run/fleet.ts'),
      import('../run/prepare.ts'),
      import('../signals.ts'),
      import('../doctor/examine.ts'),
      import('../doctor/judge.ts'),
      import('../view/table.ts'),
    ])
    const { output } = context
    const estate = await openInventory(args, context)
    const chosen = await hostsOf(estate, args.site, args.host)
    const interrupts = interruptsOf(process, systemClock)
    const fleet = openFleet({ estate, clock: systemClock, emit: () => {}, root: workRoot(context.cwd) })
    try {
      output.note(`Examining ${chosen.hosts.map(({ id }) => id).join(', ')} …`)
      const findings = await Promise.all(
        chosen.hosts.map((host) =>
          examine(chosen.site, host, fleet.port(host.id), systemClock, interrupts.first),
        ),
      )
      const examined = findings.map((found) => ({ host: found.host, checks: judge(found), findings: found }))
      output.answer(
        examined.map((host) => ({ ...host, verdict: worst(host.checks) })),
        () =>
          examined
            .map(({ host, checks }) => {
              const columns = [
                { title: host, cell: ({ name }: Check) => name },
                { title: 'verdict', cell: ({ verdict }: Check) => verdict },
                { title: 'found', cell: ({ found }: Check) => found, wrapTo: 16 },
                ...(checks.some(({ fix }) => fix !== '')
                  ? [{ title: 'what to do', cell: ({ fix }: Check) => fix, wrapTo: 16 }]
                  : []),
              ]
              return table<Check>(columns, checks, output.width)
            })
            .join('\n\n'),
      )
      if (interrupts.level > 0) return exitCode.interrupted
      return examined.some(({ checks }) => worst(checks) === 'fail') ? exitCode.failed : exitCode.done
    } finally {
      await fleet.close()
      interrupts.release()
    }
  },
})
