import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import { defineCommand, UsageError } from '../command.ts'
import { siteSelector } from '../options.ts'

export const lab = defineCommand({
  usage: 'lab <action> [site..]',
  about:
    'Runs the inventory’s hosts in memory behind real SSH, until Ctrl-C; every other command works against them',
  examples: [
    ['lab up beirut nairobi', 'two sites, on links as slow as theirs'],
    ['lab up --no-delay', 'all sites, on links that cost nothing'],
    ['lab up beirut --fault beirut-hv1:drop-after-act', 'cuts the connection once an act has run'],
  ],
  positionals: {
    action: {
      type: 'string',
      choices: ['up'],
      demandOption: true,
      describe: 'up: start it and keep it running',
    },
    site: siteSelector,
  },
  options: {
    'no-delay': { type: 'boolean', default: false, describe: 'Links without delay and of any rate' },
    bare: {
      type: 'string',
      array: true,
      default: [] as string[],
      defaultDescription: 'none',
      requiresArg: true,
      describe: 'Host that starts as bare Windows, without Hyper-V',
    },
    fault: {
      type: 'string',
      array: true,
      default: [] as string[],
      defaultDescription: 'none',
      requiresArg: true,
      describe: 'HOST:NAME[:ARG]: drop-before-act, drop-after-act, link-down, login-refused, …',
    },
  },
  run: async (args, context) => {
    const [
      { openInventory, chooseSites },
      { didYouMean },
      { parseFault },
      { startLabEstate },
      { interruptsOf },
      { plural },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../../inventory/index.ts'),
      import('../../lab/faults.ts'),
      import('../lab-estate.ts'),
      import('../signals.ts'),
      import('../view/units.ts'),
    ])
    const faults = args.fault.map((text) => {
      const parsed = parseFault(text)
      if (!parsed.ok) throw new UsageError(parsed.error)
      return parsed.value
    })
    const estate = await openInventory(args, context)
    const sites = await chooseSites(estate, args.site)
    const hosts = sites.flatMap((site) => site.hosts.map(({ id }) => id))
    for (const [option, named] of [
      ['bare', args.bare],
      ['fault', faults.map(({ host }) => host)],
    ] as const) {
      const strange = named.find((id) => !hosts.includes(id))
      if (strange !== undefined)
        throw new UsageError(
          `--${option}: expected a host of the lab's sites, got "${strange}". ${didYouMean(strange, hosts)}`.trim(),
        )
    }
    const started = await startLabEstate({ estate, sites, delay: !args.noDelay, bare: args.bare, faults })
    if (!started.ok) {
      context.output.complain(`chancery: ${started.error}`)
      return exitCode.failed
    }
    const running = started.value
    const interrupts = interruptsOf(process, systemClock)
    context.output.answer(
      {
        ready: true,
        delay: !args.noDelay,
        hosts: running.hosts.map(({ id, site, port, hostKey }) => ({ id, site, port, hostKey })),
      },
      () =>
        `The lab is ready: ${plural(running.hosts.length, 'host')} at ${plural(sites.length, 'site')}, ${
          args.noDelay ? 'without delay' : 'at the delay and rate of their links'
        }. Ctrl-C ends it.`,
    )
    await new Promise<void>((resolve) => {
      interrupts.listen(() => resolve())
    })
    await running.close()
    interrupts.release()
    return exitCode.done
  },
})
