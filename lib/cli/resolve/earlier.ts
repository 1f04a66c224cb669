import type { Observations } from '../../reconcile/look.ts'
import { plural } from '../view/units.ts'
import { intentFiles, isAlive, settleIntents } from './intent-files.ts'
import type { IntentFile } from './intent-lines.ts'
import { dropWords } from './said.ts'

/** Runs that ended without writing how their acts did. */
export const brokenOff = (workFolder: string): readonly IntentFile[] =>
  intentFiles(workFolder).filter((file) => file.open.length > 0 && !isAlive(file))

/** What a command line needs beside the site to mean the stack of this program. */
export const programOption = (program: string): string =>
  program === 'mission' ? '' : ` --program ${program}`

/** One line on what earlier runs of a site left in flight; undefined: nothing. */
export function earlierText(site: string, workFolder: string, program = 'mission'): string | undefined {
  const files = brokenOff(workFolder)
  const [first] = files
  if (first === undefined) return undefined
  const acts = files.reduce((sum, { open }) => sum + open.length, 0)
  const { operation, by, at } = first.run
  const whose =
    files.length === 1 ? `the ${operation} of ${by} at ${at}` : `${files.length} runs, the first at ${at}`
  return `${site}  ${whose} broke off with ${plural(acts, 'act')} in flight; the host is looked at first. chancery resolve ${site}${programOption(program)} tells of each.`
}

/**
 * A run that ended well has looked at these and done what was due: what earlier runs left of them is answered. A person's word that it had
 * no use for is over too: the next act of that command is another one.
 */
export function settleEarlier(workFolder: string, seen: Observations, run: string, at: string): void {
  dropWords(workFolder)
  const looked = new Set(seen.entries().map(([id]) => id))
  for (const file of brokenOff(workFolder)) {
    const answered = file.open.filter(({ host, key }) => looked.has(`${host}|${key}`))
    if (answered.length === 0) continue
    const what = `looked at by run ${run}`
    settleIntents(
      file,
      answered.map(({ begin }) => ({ id: begin, how: 'resolved', what })),
      at,
    )
  }
}
