import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Observations } from '../../reconcile/look.ts'
import { ownerShape } from '../../reconcile/ownership.ts'

/** The last observations of a stack, kept for `--offline`. Unobservable things are not kept: they say nothing. */
const file = z.object({
  version: z.literal(1),
  at: z.number(),
  seen: z.array(
    z.tuple([
      z.string(),
      z.object({
        state: z.literal('seen'),
        hash: z.string(),
        found: z.record(z.string(), z.json()).nullable(),
        owner: ownerShape.nullable(),
        machine: z.string().exactOptional(),
      }),
    ]),
  ),
})

const path = (workFolder: string): string => join(workFolder, 'observed.json')

export function keepObservations(workFolder: string, at: number, observations: Observations): void {
  const seen = observations.entries().filter(([, observation]) => observation.state === 'seen')
  mkdirSync(dirname(path(workFolder)), { recursive: true })
  const temporary = `${path(workFolder)}.${process.pid}`
  writeFileSync(temporary, JSON.stringify({ version: 1, at, seen }))
  renameSync(temporary, path(workFolder))
}

/** Undefined when this stack was never looked at, or the file is not readable as one of ours. */
export function lastObservations(workFolder: string): { at: number; observations: Observations } | undefined {
  if (!existsSync(path(workFolder))) return undefined
  const parsed = file.safeParse(JSON.parse(readFileSync(path(workFolder), 'utf8')))
  return parsed.success
    ? { at: parsed.data.at, observations: Observations.from(parsed.data.seen) }
    : undefined
}
