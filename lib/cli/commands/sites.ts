import { exitCode } from '../../domain/outcome.ts'
import type { Site } from '../../domain/site.ts'
import { defineCommand } from '../command.ts'
import { siteSelector } from '../options.ts'

export const sites = defineCommand({
  usage: 'sites [site..]',
  about: 'The sites of the inventory, as a table',
  examples: [
    ['sites', 'all of them'],
    ['sites link=satellite', 'those behind a satellite'],
    ['sites beirut nairobi --json', 'two of them, for a program'],
  ],
  positionals: {
    site: siteSelector,
  },
  options: {},
  run: async (args, { output, ...at }) => {
    const [{ openInventory, chooseSites }, { table }, { rate, plural }] = await Promise.all([
      import('../inventory.ts'),
      import('../view/table.ts'),
      import('../view/units.ts'),
    ])
    const inventory = await openInventory(args, { output, ...at })
    const chosen = await chooseSites(inventory, args.site)
    output.answer(chosen, () =>
      table<Site>(
        [
          { title: 'site', cell: (site) => site.id },
          { title: 'city', cell: (site) => site.city, wrapTo: 10, drop: 4 },
          { title: 'country', cell: (site) => site.country, drop: 3 },
          { title: 'link', cell: (site) => site.link.medium },
          { title: 'rate', cell: (site) => rate(site.link.kbitPerS), align: 'right' },
          { title: 'rtt', cell: (site) => `${site.link.rttMs} ms`, align: 'right', drop: 2 },
          { title: 'users', cell: (site) => String(site.users), align: 'right', drop: 5 },
          { title: 'profile', cell: (site) => site.profile, wrapTo: 10, drop: 6 },
          { title: 'hosts', cell: (site) => String(site.hosts.length), align: 'right' },
        ],
        chosen,
        output.width,
      ),
    )
    output.note(`${plural(chosen.length, 'site')} of ${inventory.organisation}`)
    return exitCode.done
  },
})
