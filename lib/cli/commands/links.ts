import { exitCode } from '../../domain/outcome.ts'
import { systemClock } from '../../domain/clock.ts'
import type { Site } from '../../domain/site.ts'
import { defineCommand } from '../command.ts'
import { siteSelector } from '../options.ts'

export const links = defineCommand({
  usage: 'links [site..]',
  about: 'The links of the sites: what they carry, and what may be used of them now',
  examples: [
    ['links', 'all of them'],
    ['links link=satellite', 'those over a satellite'],
  ],
  positionals: { site: siteSelector },
  options: {},
  run: async (args, context) => {
    const [
      { openInventory, chooseSites },
      { table },
      { rate, duration },
      { budgetAt },
      { windowAt, localTime },
    ] = await Promise.all([
      import('../inventory.ts'),
      import('../view/table.ts'),
      import('../view/units.ts'),
      import('../../link/timetable.ts'),
      import('../../link/window.ts'),
    ])
    const chosen = await chooseSites(await openInventory(args, context), args.site)
    const now = systemClock.now()
    const rows = chosen.map((site) => ({
      site,
      budget: budgetAt(site.link, now),
      window: windowAt(site.link, now),
      localTime: localTime(site.timeZone, now),
    }))
    type Row = (typeof rows)[number]
    const windowText = ({ site, window }: Row): string => {
      if (window.open)
        return window.until === undefined ? 'open' : `open until ${localTime(site.timeZone, window.until)}`
      return window.opens === undefined
        ? 'never open'
        : `closed until ${localTime(site.timeZone, window.opens)}`
    }
    const secondLine = (site: Site): string => (site.link.secondLine === 'none' ? '' : site.link.secondLine)
    context.output.answer(
      rows.map(({ site, budget, window, ...row }) => ({ ...site.link, now: { ...row, budget, window } })),
      () =>
        table<Row>(
          [
            { title: 'site', cell: ({ site }) => site.id },
            { title: 'medium', cell: ({ site }) => site.link.medium, drop: 3 },
            { title: 'second line', cell: ({ site }) => secondLine(site), wrapTo: 11, drop: 5 },
            { title: 'carries', cell: ({ site }) => rate(site.link.kbitPerS), align: 'right' },
            { title: 'rtt', cell: ({ site }) => `${site.link.rttMs} ms`, align: 'right' },
            { title: 'budget', cell: ({ budget }) => rate(budget.kbitPerS), align: 'right' },
            {
              title: 'for',
              cell: ({ budget }) => (budget.until === undefined ? '' : duration(budget.until - now)),
              align: 'right',
              drop: 2,
            },
            { title: 'local time', cell: (row) => row.localTime, wrapTo: 16, drop: 4 },
            { title: 'window', cell: windowText, wrapTo: 12, drop: 1 },
          ],
          rows,
          context.output.width,
        ),
    )
    return exitCode.done
  },
})
