import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Since } from './types.ts'

const instant = z.number().int()
const memory = z.object({
  version: z.literal(1),
  resources: z.record(
    z.string(),
    z.object({
      /** Last time it was looked at. */
      looked: instant,
      drifts: z.record(z.string(), z.object({ seen: instant, asDeclared: instant.nullable() })),
    }),
  ),
})

/** What was seen of a stack's resources by the last look, by URN. */
export type DriftMemory = z.infer<typeof memory>

export const nothingSeen: DriftMemory = { version: 1, resources: {} }

/** What one look saw of a resource: the names of what differs. `applied`: when the state was last written for it, ms. */
export type Glance = {
  readonly urn: string
  readonly drifts: readonly string[]
  readonly applied: number | undefined
}

/**
 * The memory after a look at `now`, and since when each difference is. One that an apply came after begins anew. Resources that were
 * not seen this time keep what was known of them; those that the state no longer has go. Pure.
 */
export function remember(
  before: DriftMemory,
  glances: readonly Glance[],
  present: ReadonlySet<string>,
  now: number,
): { readonly memory: DriftMemory; readonly since: ReadonlyMap<string, ReadonlyMap<string, Since>> } {
  const seen = new Map(
    glances.map(({ urn, drifts, applied }) => {
      const known = before.resources[urn]
      const entries = drifts.map((name) => {
        const old = known?.drifts[name]
        const since =
          old !== undefined && !(applied !== undefined && applied > old.seen)
            ? old
            : fresh(known?.looked, applied, now)
        return [name, since] as const
      })
      return [urn, { looked: now, drifts: Object.fromEntries(entries) }] as const
    }),
  )
  const kept = Object.entries(before.resources).filter(([urn]) => present.has(urn) && !seen.has(urn))
  const since = [...seen].map(
    ([urn, { drifts }]) =>
      [
        urn,
        new Map(
          Object.entries(drifts).map(([name, at]) => [
            name,
            { seen: at.seen, asDeclared: at.asDeclared ?? undefined },
          ]),
        ),
      ] as const,
  )
  return {
    memory: { version: 1, resources: Object.fromEntries([...kept, ...seen]) },
    since: new Map(since),
  }
}

/** Something that was looked at before, or written by an apply, was as declared then. */
function fresh(looked: number | undefined, applied: number | undefined, now: number) {
  const at = Math.max(looked ?? 0, applied ?? 0)
  // A clock that was set back: what lies ahead says nothing.
  return { seen: now, asDeclared: at > 0 && at <= now ? at : null }
}

const path = (workFolder: string): string => join(workFolder, 'drift.json')

/** The memory of a stack; `lost` where there is a file that is not one of ours. */
export function readMemory(workFolder: string): { readonly memory: DriftMemory; readonly lost?: string } {
  const file = path(workFolder)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { memory: nothingSeen }
    return { memory: nothingSeen, lost: file }
  }
  try {
    return { memory: memory.parse(JSON.parse(text)) }
  } catch {
    return { memory: nothingSeen, lost: file }
  }
}

/** Replaces the file as a whole or not at all. */
export function keepMemory(workFolder: string, kept: DriftMemory): void {
  const file = path(workFolder)
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(kept))
  renameSync(draft, file)
}
