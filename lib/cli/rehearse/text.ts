import { duration, plural } from '../view/units.ts'
import type { Rehearsed } from './index.ts'

/** What stands above a rehearsed command: that it is one, and what each site of it rests on. `now` in ms. */
export function rehearsalText(words: readonly string[], sites: readonly Rehearsed[], now: number): string {
  return [
    `Rehearsal of chancery ${words.join(' ')}: on copies in the lab; no host is reached.`,
    ...(sites.length <= mostLines ? sites.flatMap((site) => lines(site, now)) : summary(sites, now)),
  ].join('\n')
}

/** Beyond so many sites only those that differ from what was seen have a line. */
const mostLines = 12

const lines = (site: Rehearsed, now: number): readonly string[] => [
  `  ${site.site}: ${basis(site, now)}`,
  ...site.unlike.map(
    ({ host, name, because }) => `    ${host} ${name} only resembles what was seen: ${because}`,
  ),
]

function basis({ seenAt, images }: Rehearsed, now: number): string {
  if (seenAt !== undefined) return `as last observed ${duration(Math.max(0, now - seenAt))} ago`
  if (images.length === 0) return 'never seen, and it has no host'
  const with_ = images.includes('hyperv') ? 'with Hyper-V' : 'without Hyper-V'
  return `never seen: a fresh host, ${with_}`
}

function summary(sites: readonly Rehearsed[], now: number): readonly string[] {
  const seen = sites.filter(({ seenAt }) => seenAt !== undefined)
  const unlike = sites.filter((site) => site.unlike.length > 0)
  return [
    `  ${plural(seen.length, 'site')} as last observed, ${plural(sites.length - seen.length, 'site')} never seen: fresh hosts`,
    ...unlike.flatMap((site) => lines(site, now)),
  ]
}
