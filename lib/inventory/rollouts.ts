import type { z } from 'zod'
import type { Rollout, StartRules } from '../domain/rollout.ts'
import type { Site } from '../domain/site.ts'
import type { Complaint } from './complaint.ts'
import { sitesMeant } from './days-off.ts'
import { rolloutSchema } from './schemas.ts'
import type { SiteRow } from './sites.ts'
import type { Sources } from './sources.ts'
import { windowEntries } from './timetable-text.ts'

type Text = z.infer<typeof rolloutSchema>

/** A rollout as written, and which sites it means. */
export type RolloutText = { readonly text: Text; readonly sites: ReadonlySet<string> }

/** Reads rollouts/*.yaml; a file's name is its rollout's id. `sites` undefined: the register could not be read. */
export function readRollouts(
  sources: Sources,
  sites: readonly SiteRow[] | undefined,
  complaints: Complaint[],
): readonly RolloutText[] {
  return sources.in('rollouts').flatMap((path): readonly RolloutText[] => {
    const file = sources.yaml(path, rolloutSchema)
    if (file?.value === undefined) return []
    const name = path.slice('rollouts/'.length, -'.yaml'.length)
    if (file.value.id !== name)
      complaints.push(file.complain(['id'], `the file’s name, ${name}`, `Write ${name}, or rename the file.`))
    if (sites === undefined) return []
    return [{ text: file.value, sites: sitesMeant(file, ['sites'], file.value.sites, sites, complaints) }]
  })
}

/** Rollouts by id, with the rules that hold for each of their sites: a window's weekdays are the site's. */
export const rolloutsOf = (
  texts: readonly RolloutText[],
  sites: readonly Omit<Site, 'hosts'>[],
): ReadonlyMap<string, Rollout> =>
  new Map(
    texts.map(({ text, sites: meant }) => {
      const { id, description, program } = text
      const own = sites.filter((site) => meant.has(site.id))
      return [
        id,
        {
          id,
          description,
          program,
          sites: own.map((site) => site.id),
          rules: new Map(own.map((site) => [site.id, rulesAt(text, site)])),
        },
      ]
    }),
  )

function rulesAt(text: Text, { weekend, link }: Pick<Site, 'weekend' | 'link'>): readonly StartRules[] {
  const of = `rollout ${text.id}`
  const clock = text.timeZone ?? link.timeZone
  const blackouts = text.blackouts.map(({ timeZone = clock, ...blackout }) => ({ timeZone, blackout }))
  const zones = [...new Set([clock, ...blackouts.map(({ timeZone }) => timeZone)])]
  // Days off are the site's; by another clock windows name their days.
  const holidays = text.timeZone === undefined ? link.holidays : undefined
  return zones.flatMap((timeZone): readonly StartRules[] => {
    const windows = timeZone === clock ? windowEntries(text.windows, weekend, holidays !== undefined) : []
    const held = blackouts.filter((b) => b.timeZone === timeZone).map(({ blackout }) => blackout)
    return windows.length + held.length === 0
      ? []
      : [
          {
            of,
            timeZone,
            windows,
            ...(held.length === 0 ? {} : { blackouts: held }),
            ...(holidays === undefined || windows.length === 0 ? {} : { holidays }),
          },
        ]
  })
}
