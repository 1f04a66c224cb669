import { findDrift } from '../../lib/cli/drift/index.ts'
import type { DriftReport, DriftRequest, ResourceDrift } from '../../lib/cli/drift/types.ts'
import { systemClock } from '../../lib/domain/clock.ts'
import type { Rig } from './estate.ts'

export type DriftOptions = Partial<Pick<DriftRequest, 'clock' | 'env' | 'note' | 'abort'>> & {
  readonly sites?: readonly string[]
  readonly program: string
}

/** Looks for drift at sites of a rig, as the command line does. */
export async function driftOf(rig: Rig, options: DriftOptions): Promise<DriftReport> {
  const named = options.sites ?? [...new Set(rig.lab.hosts.map(({ site }) => site))]
  const report = await findDrift({
    sites: named.map((id) => rig.estate.sites.find((site) => site.id === id)!),
    estate: rig.estate,
    program: options.program,
    cwd: rig.folder,
    env: options.env ?? rig.env,
    emit: (event) => void rig.events.push(event),
    note: options.note ?? (() => {}),
    clock: options.clock ?? systemClock,
    abort: options.abort ?? new AbortController().signal,
  })
  if (!report.ok) throw new Error(report.error.message)
  return report.value
}

/** Every resource that a report tells of. */
export const resourcesIn = (report: DriftReport): readonly ResourceDrift[] =>
  report.sites.flatMap(({ resources }) => resources)
