import '../../engine/light-sdk.ts'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemClock } from '../../domain/clock.ts'
import { describeFailure } from '../../domain/failure.ts'
import { chooseInventory, formatComplaints, loadInventory } from '../../inventory/index.ts'
import { operatorOf } from '../../cli/operator.ts'
import { openFleet } from '../../cli/run/fleet.ts'
import { digestKeysFor } from '../../cli/plan/key.ts'
import { armRemembered } from '../../cli/run/guards.ts'
import { workRoot } from '../../cli/run/stacks.ts'
import type { HostBatch } from '../../reconcile/batch.ts'
import { PlanBook } from '../../reconcile/book.ts'
import { withDigestKeys } from '../../reconcile/keyed-kind.ts'
import { Observations } from '../../reconcile/look.ts'
import { loadCatalogue } from '../catalogue.ts'
import { serveProvider } from '../server.ts'
import { StackRun } from '../stack-run.ts'
import { plainIntents } from './plain-intents.ts'
import { openPreviewFile } from './preview-file.ts'

/** The provider as a program of its own, as plain `pulumi` starts it: prints its port, serves until it is ended. */
const cwd = projectRoot(process.cwd())
const folder = chooseInventory(cwd, process.env['CHANCERY_INVENTORY'])
const estate = folder.ok ? loadInventory(folder.value) : folder
if (!estate.ok) {
  process.stderr.write(
    `${typeof estate.error === 'string' ? estate.error : formatComplaints(estate.error)}\n`,
  )
  process.exit(1)
}
/** The folder of `Pulumi.yaml`: the engine starts a provider in the folder of the program, which may lie below. */
function projectRoot(from: string): string {
  if (existsSync(join(from, 'Pulumi.yaml'))) return from
  const above = dirname(from)
  return above === from ? process.cwd() : projectRoot(above)
}

const emit = (event: Parameters<Parameters<typeof openFleet>[0]['emit']>[0]): void => {
  if (event.kind === 'resource' && typeof event.result !== 'string')
    process.stderr.write(`${describeFailure(event.result)}\n`)
  if (event.kind === 'warning') process.stderr.write(`${event.host}: ${event.resource}: ${event.message}\n`)
}
const fleet = openFleet({ estate: estate.value, clock: systemClock, emit, root: workRoot(cwd) })
const digestKeys = digestKeysFor(estate.value, { passphrase: { from: 'environment' }, env: process.env })
const catalogue = withDigestKeys(await loadCatalogue(), digestKeys)
const memory = openPreviewFile(join(workRoot(cwd), 'plain'))
const intents = plainIntents(workRoot(cwd), operatorOf(process.env), systemClock)
/** What changes something is written down before it is sent. */
const batch = (host: string): HostBatch => {
  const one = fleet.batch(host)
  one.keep(intents)
  return one
}
if (memory.follows) armRemembered(memory.entries, catalogue, batch, digestKeys)
const run = new StackRun({
  phase: 'free',
  catalogue,
  hosts: estate.value.sites.flatMap((site) => site.hosts.map((host) => host.id)),
  batch,
  organisation: estate.value.organisation,
  backend: estate.value.stateBackend,
  observations: new Observations(),
  book: new PlanBook(),
  dataLoss: new Set(process.env['CHANCERY_ALLOW_DATA_LOSS']?.split(',') ?? []),
  online: true,
  clock: systemClock,
  emit,
  contents: fleet.contents,
  memory,
})
const server = await serveProvider(run)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    run.stopped.abort()
    memory.close()
    void Promise.all([server.close(), fleet.close()]).then(() => process.exit(0))
  })
}
process.stdout.write(`${server.port}\n`)
