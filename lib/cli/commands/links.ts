import { exitCode } from '../../domain/outcome.ts'
import { systemClock } from '../../domain/clock.ts'
import { defineCommand } from '../command.ts'
import { rolloutOption, siteSelector } from '../options.ts'

export const links = defineCommand({
  usage: 'links [site..]',
  about: 'The links of the sites: what may be used of them now and next, what uses them, how they are',
  examples: [
    ['links', 'all of them'],
    ['links link=satellite', 'those over a satellite'],
    ['links --rollout mission-servers', 'those of a rollout, and when its work may start next'],
    ['links beirut --watch', 'kept live while another process works, until Ctrl-C'],
  ],
  positionals: { site: siteSelector },
  options: {
    ...rolloutOption,
    watch: { type: 'boolean', default: false, describe: 'Keep it live, once a second, until Ctrl-C' },
  },
  run: async (args, context) => {
    const [
      { openInventory },
      { sitesMeant },
      { linkFolder },
      { leasePlace, leaseWords },
      { heldLinks },
      { showLinks, watchShown },
      { openLeases },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../rollout.ts'),
      import('../links/machine-folder.ts'),
      import('../links/lease-place.ts'),
      import('../links/held-links.ts'),
      import('../links/show.ts'),
      import('../../link/leases.ts'),
    ])
    const estate = await openInventory(args, context)
    const { sites, rollout } = await sitesMeant(estate, args.site, args.rollout)
    const folder = linkFolder(estate, context.env)
    if (!folder.ok) {
      context.output.complain(`chancery: links: ${folder.error}. Set CHANCERY_MACHINE_FOLDER.`)
      return exitCode.failed
    }
    const leases = openLeases({ place: leasePlace(estate, folder), clock: systemClock, emit: () => {} })
    const held = () => heldLinks(leases, leaseWords(estate, folder))
    const source = { sites, rollout, folder: folder.value, clock: systemClock, held }
    if (!args.watch) {
      try {
        return (await showLinks(source, context.output)) ? exitCode.done : exitCode.failed
      } finally {
        await leases.close()
      }
    }
    const { interruptsOf } = await import('../signals.ts')
    const interrupts = interruptsOf(process, systemClock)
    const stop = new AbortController()
    interrupts.listen(() => stop.abort())
    try {
      await watchShown(source, context, stop.signal)
    } finally {
      interrupts.release()
      await leases.close()
    }
    return exitCode.done
  },
})
