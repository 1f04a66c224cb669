import { loadInventory } from '../../lib/inventory/index.ts'
import { Agenda } from '../../lib/link/agenda.ts'
import type { Rules } from '../../lib/link/calendar.ts'
import { type LinkWork, planDay } from '../../lib/link/day-plan.ts'
import { fileURLToPath } from 'node:url'

/**
 * `npm run -s bench:schedule [-- LINKS]`: plans a day of windows for so many links (100,000) with ten waiting operations each, then lives
 * through that day event by event, among idle links. One line of JSON.
 */
const count = Number(process.argv[2] ?? 100_000)
const loaded = loadInventory(fileURLToPath(new URL('../../inventories/ministry', import.meta.url)))
if (!loaded.ok) throw new Error('the sample inventory has mistakes')
const { sites } = loaded.value

/** The day on which the clocks of most of Europe go back. */
const from = Date.UTC(2026, 9, 24, 12)
const to = from + 86_400_000
const minute = 60_000
/** Drawn anew at each run with the same seed. */
let seed = 20261124
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647

/** A link as an inventory gives it: the zone and days off of a site, the windows of one of three classes, an object of its own. */
const rulesOf = (n: number): Rules => {
  const { link } = sites[n % sites.length]!
  const hours = [
    [1200, 300],
    [1320, 360],
    [0, 1440],
  ][n % 3]!
  return {
    timeZone: link.timeZone,
    windows: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], fromMinute: hours[0]!, toMinute: hours[1]! },
    ],
    ...(link.holidays === undefined ? {} : { holidays: link.holidays }),
    ...(n % 5 === 0
      ? { blackouts: [{ from: '2026-10-25T02:00', to: '2026-10-25T03:00', because: 'backup' }] }
      : {}),
  }
}

const links: readonly LinkWork[] = Array.from({ length: count }, (_, n) => ({
  rules: rulesOf(n),
  takesMs: Array.from({ length: 10 }, () => Math.ceil(random() * 30 * minute)),
}))
const began = performance.now()
const plan = planDay(links, from, to)
const planMs = performance.now() - began
const placed = plan.starts.reduce((sum, starts) => sum + starts.length, 0)

/** A day of a thousand busy links among so many. */
function live(among: number): {
  readonly events: number
  readonly usPerEvent: number
  readonly comparedPerEvent: number
} {
  const agenda = new Agenda<number>()
  const all = links.slice(0, among)
  for (let n = 0; n < Math.min(1_000, among); n++) agenda.await(n, all[n]!.rules, 5 * minute, from)
  const start = performance.now()
  let events = 0
  for (let now = agenda.next; now !== undefined && now < to; now = agenda.next)
    for (const n of agenda.due(now)) {
      events++
      agenda.await(n, all[n]!.rules, 5 * minute, now + 5 * minute + n)
    }
  const ms = performance.now() - start
  return {
    events,
    usPerEvent: round((ms * 1000) / events),
    comparedPerEvent: round(agenda.compared / events),
  }
}
const round = (value: number): number => Math.round(value * 100) / 100

live(1_000)
const alone = live(1_000)
const amongAll = live(count)
process.stdout.write(
  `${JSON.stringify({
    links: count,
    operations: count * 10,
    placed,
    planSeconds: round(planMs / 1000),
    calendars: plan.cost.calendars,
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    event: { amongThousand: alone, amongAll },
  })}\n`,
)
