import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyForLab } from '../../lib/cli/lab-copy.ts'
import { startLabEstate } from '../../lib/cli/lab-estate.ts'
import { runSites } from '../../lib/cli/run/index.ts'
import type { RunReport, RunRequest, SitePreview } from '../../lib/cli/run/types.ts'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import type { Event } from '../../lib/domain/event.ts'
import type { Estate } from '../../lib/domain/profile.ts'
import { createInterrupts, type Interrupts } from '../../lib/engine/interrupts.ts'
import { formatComplaints, loadInventory } from '../../lib/inventory/index.ts'
import type { Lab } from '../../lib/lab/index.ts'
import { machineOf } from './cli.ts'

/** A project in a temporary folder: the ministry's inventory with free ports, and the lab that answers there. */
export interface Rig {
  readonly folder: string
  /** This process's, but for the folder of this machine's links. */
  readonly env: { readonly [name: string]: string | undefined }
  readonly estate: Estate
  readonly lab: Lab
  readonly events: Event[]
  /** Runs an operation over sites of the lab with a program, as the command line does. Answers every question with yes. */
  run(operation: RunRequest['operation'], options?: RunOptions): Promise<RunReport>
  /** The path of a program with this source, beside the inventory. */
  program(name: string, source: string): string
  close(): Promise<void>
}

export type RunOptions = {
  readonly sites?: readonly string[]
  readonly program?: string
  readonly offline?: boolean
  readonly dataLoss?: readonly string[]
  readonly planning?: RunRequest['planning']
  readonly previewOf?: RunRequest['previewOf']
  readonly leave?: RunRequest['leave']
  /** Id of the rollout of the inventory that it is part of. */
  readonly rollout?: string
  readonly interrupts?: Interrupts
  /** For how long a lost host is tried again, ms; default 12,000. */
  readonly reconnectMs?: number
  readonly confirm?: (previews: readonly SitePreview[]) => Promise<boolean>
  readonly onEvent?: (event: Event) => void
  readonly onNote?: (text: string) => void
}

const ministry = fileURLToPath(new URL('../../inventories/ministry', import.meta.url))

export type RigOptions = {
  /** `all`: every site, each with a host. */
  readonly sites: readonly string[] | 'all'
  readonly bare?: readonly string[]
  readonly delay?: boolean
  /** Time of the lab and of the runs. Default: the machine's. */
  readonly clock?: Clock
  /** How long a restart takes, ms; default 50. */
  readonly restartMs?: number
  /** Changes the copied inventory before it is read. */
  readonly inventory?: (folder: string) => void
}

/** A lab of these sites. `delay`: at the pace of their links. Between a look for free ports and the lab others may take one: then with others. */
export async function startRig(options: RigOptions): Promise<Rig> {
  for (let again = 3; ; again--) {
    const rig = await tryRig(options)
    if (typeof rig !== 'string') return rig
    if (again === 0 || !rig.includes('EADDRINUSE')) throw new Error(rig)
  }
}

/** Or why there is no lab. */
async function tryRig(options: RigOptions): Promise<Rig | string> {
  const clock = options.clock ?? systemClock
  const folder = mkdtempSync(join(tmpdir(), 'chancery-rig-'))
  const inventory = join(folder, 'inventories', 'ministry')
  if (options.sites === 'all') {
    const hosted = join(folder, 'hosted')
    cpSync(ministry, hosted, { recursive: true })
    hostEverySite(hosted)
    await copyForLab(hosted, inventory, 'all')
  } else await copyForLab(ministry, inventory, options.sites)
  options.inventory?.(inventory)
  const loaded = loadInventory(inventory)
  if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
  const estate = loaded.value
  const named = options.sites === 'all' ? estate.sites.map((site) => site.id) : options.sites
  const sitesOf = (ids: readonly string[]) => ids.map((id) => estate.sites.find((site) => site.id === id)!)
  const lab = await startLabEstate({
    estate,
    sites: sitesOf(named),
    delay: options.delay ?? false,
    bare: options.bare ?? [],
    faults: [],
    restartMs: options.restartMs ?? 50,
    clock,
  })
  if (!lab.ok) return lab.error
  const events: Event[] = []
  const env = { ...process.env, CHANCERY_MACHINE_FOLDER: machineOf(folder) }
  return {
    folder,
    env,
    estate,
    lab: lab.value,
    events,
    program: (name, source) => {
      // A folder of its own each time: a module that was imported once is never read again.
      const path = join(mkdtempSync(join(folder, 'program-')), `${name}.ts`)
      writeFileSync(path, source)
      return path
    },
    run: async (operation, run = {}) => {
      const report = await runSites({
        operation,
        sites: sitesOf(run.sites ?? named),
        estate,
        program: run.program ?? 'mission',
        cwd: folder,
        env,
        offline: run.offline ?? false,
        dataLoss: run.dataLoss ?? [],
        ...(run.planning === undefined ? {} : { planning: run.planning }),
        ...(run.previewOf === undefined ? {} : { previewOf: run.previewOf }),
        ...(run.leave === undefined ? {} : { leave: run.leave }),
        ...(run.rollout === undefined ? {} : { rollout: estate.rollouts.get(run.rollout)! }),
        emit: (event) => {
          events.push(event)
          run.onEvent?.(event)
        },
        note: (text) => run.onNote?.(text),
        interrupts: run.interrupts ?? createInterrupts(),
        reconnectMs: run.reconnectMs ?? 12_000,
        clock,
        confirm: run.confirm ?? (async () => true),
      })
      if (!report.ok) throw new Error(report.error.message)
      return report.value
    },
    close: async () => {
      await lab.value.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Gives each site that has no host of its own one. */
function hostEverySite(inventory: string): void {
  const ids = (file: string, column: number): string[] =>
    readFileSync(join(inventory, file), 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => line.split(',')[column] ?? [])
      .filter((id) => id !== '')
  const hosted = new Set(ids('hosts.csv', 1))
  const missing = ids('sites.csv', 0).filter((id) => !hosted.has(id))
  const rows = missing.map((id) => `${id}-gw1,${id},127.0.0.1,1,chancery,,,synthetic\n`)
  writeFileSync(
    join(inventory, 'hosts.csv'),
    readFileSync(join(inventory, 'hosts.csv'), 'utf8') + rows.join(''),
  )
}
