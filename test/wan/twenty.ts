import { systemClock } from '../../lib/domain/clock.ts'
import type { Failure } from '../../lib/domain/failure.ts'
import type { Result } from '../../lib/domain/result.ts'
import type { Link } from '../../lib/domain/site.ts'
import { loadCatalogue } from '../../lib/provider/catalogue.ts'
import { act, type Acted, observe } from '../../lib/reconcile/act.ts'
import type { HostBatch } from '../../lib/reconcile/batch.ts'
import type { Observation, Sight } from '../../lib/reconcile/observation.ts'
import type { Target } from '../../lib/reconcile/target.ts'
import type { Owner } from '../../lib/transport/wire.ts'

/** The line that the benchmark measures on: a satellite's. */
export const line = { rttMs: 600, kbitPerS: 512, budgetKbitPerS: 480 } as const

/** The same line as an inventory would describe it. */
export const link: Link = {
  id: 'bench',
  medium: 'satellite',
  secondLine: 'none',
  kbitPerS: line.kbitPerS,
  rttMs: line.rttMs,
  timeZone: 'UTC',
  budget: [
    {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      fromMinute: 0,
      toMinute: 1440,
      kbitPerS: line.budgetKbitPerS,
    },
  ],
  windows: [],
}

export const clock = systemClock

/** A file of the workload: twenty of them, 42 bytes each. */
export type SmallFile = { readonly name: string; readonly content: string }

export const twenty: readonly SmallFile[] = Array.from({ length: 20 }, (_, index) => {
  const number = String(index + 1).padStart(2, '0')
  return { name: `f${number}`, content: `setting-${number}=value of step ${number}, written once\n` }
})

/** Where the files stand on the Windows host. */
export const pathOf = ({ name }: SmallFile): string => `C:\\Settings\\${name}.txt`

/** The files as resources of kind `windows:File` on one host. */
export async function twentyTargets(host: string): Promise<readonly Target[]> {
  const loaded = (await loadCatalogue()).get('windows:File')
  if (loaded === undefined) throw new Error('Internal error: there is no kind windows:File')
  return twenty.map((file) => ({
    host,
    urn: `urn:pulumi:settings.${link.id}::chancery::chancery:windows:File::${file.name}`,
    loaded,
    want: { path: pathOf(file), content: file.content, encoding: 'utf8' },
    recorded: undefined,
    adopt: false,
  }))
}

const me: Owner = { organisation: 'ministry', backend: 'file://state', urn: '', operation: '' }
const missing: Sight = { state: 'seen', hash: 'absent', found: null, owner: null }

/** Creates what is expected to be absent, all at once, without a look before. */
export function createAll(
  batch: HostBatch,
  targets: readonly Target[],
): Promise<readonly Result<Acted, Failure>[]> {
  batch.arm([], [], targets.length, (end) => ({
    kind: 'protocol',
    host: batch.host,
    detail: `frame refused: ${end.why}`,
  }))
  return Promise.all(
    targets.map((target) => {
      const plan = target.loaded.kind.plan(target.want, null, undefined)
      if (plan.do !== 'steps')
        throw new Error(`Internal error: a file that is absent is planned as ${plan.do}`)
      const steps = plan.steps
      return act(batch, {
        operation: 'create',
        target,
        steps,
        sight: missing,
        adopt: false,
        me: { ...me, urn: target.urn },
      })
    }),
  )
}

/** Looks at all of them at once. */
export const lookAtAll = (
  batch: HostBatch,
  targets: readonly Target[],
): Promise<readonly Result<Observation, Failure>[]> =>
  Promise.all(targets.map((target) => observe(batch, target)))

/** How many of the looks found the file as wanted. */
export const asWanted = (
  targets: readonly Target[],
  looks: readonly Result<Observation, Failure>[],
): number =>
  looks.filter((look, index) => {
    const target = targets[index]
    if (target === undefined || !look.ok || look.value.state !== 'seen') return false
    return target.loaded.kind.plan(target.want, look.value.found, undefined).do === 'nothing'
  }).length
