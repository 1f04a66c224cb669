import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { managedFrom } from '../../lib/cli/links/machine-folder.ts'
import { loadInventory } from '../../lib/inventory/index.ts'
import type { LeaseStore } from '../../lib/link/lease.ts'
import { openPostgresLeases } from '../../lib/link/lease-postgres.ts'
import { thisProcess } from '../../lib/link/this-process.ts'
import { machineOf } from '../rig/cli.ts'
import { runHere } from '../rig/cli-here.ts'
import { type Postgres, startPostgres } from '../rig/postgres.ts'

const ministry = fileURLToPath(new URL('../../inventories/ministry', import.meta.url))

let folder: string
let postgres: Postgres
const stores: LeaseStore[] = []
beforeAll(async () => {
  postgres = await startPostgres()
  folder = mkdtempSync(join(tmpdir(), 'chancery-cli-links-'))
  const inventory = join(folder, 'inventories', 'ministry')
  cpSync(ministry, inventory, { recursive: true })
  appendFileSync(join(inventory, 'organisation.yaml'), `leases: { postgres: '${postgres.url}' }\n`)
}, 60_000)
afterEach(() => vi.useRealTimers())
afterAll(async () => {
  await postgres.close()
  rmSync(folder, { recursive: true, force: true })
})

const links = (...argv: readonly string[]) =>
  runHere(['links', ...argv], { cwd: folder, env: { CHANCERY_MACHINE_FOLDER: machineOf(folder) } })

/** A process of another machine. */
async function elsewhere(user: string, pid: number): Promise<LeaseStore> {
  const estate = loadInventory(join(folder, 'inventories', 'ministry'))
  if (!estate.ok) throw new Error('the inventory has mistakes')
  const me = { ...thisProcess(), machine: 'ops2', user, pid, place: 'elsewhere', started: 'then' }
  const store = await openPostgresLeases(postgres.url, managedFrom(estate.value), {
    me,
    runs: () => true,
  })
  stores.push(store)
  return store
}

it('shows who holds a link and who waits for it on other machines, since when by the clock of the database', async () => {
  const idle = await links('beirut')
  expect(idle.stdout).toContain(`Leases lie in ${postgres.url.replace(/\?.*/, '')}, for every machine`)
  expect(idle.stdout).not.toContain('ops2')
  // Their own clocks say something else.
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime(0)
  await (await elsewhere('anna', 4711)).take('beirut')
  await (await elsewhere('bob', 4712)).take('beirut')
  vi.useRealTimers()
  const { code, stdout } = await links('beirut')
  expect(code).toBe(0)
  const now = `20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d`
  expect(stdout).toMatch(new RegExp(`  anna on ops2, process 4711, holds the link since ${now}`))
  expect(stdout).toMatch(new RegExp(`  bob on ops2, process 4712, waits for the link since ${now}`))
  expect(stdout).not.toContain('1970')
  const [row] = JSON.parse((await links('beirut', '--json')).stdout)
  expect(row.now.lease).toMatchObject({
    processes: [
      { machine: 'ops2', user: 'anna', pid: 4711, holds: true },
      { machine: 'ops2', user: 'bob', pid: 4712, holds: false },
    ],
  })
  expect(JSON.parse((await links('accra', '--json')).stdout)[0].now.lease.processes).toEqual([])
})

it('shows the rest where the database can’t be asked, says so, and ends with 1', async () => {
  for (const store of stores) await store.close()
  await postgres.close()
  const { code, stdout } = await links('beirut')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^beirut +satellite/m)
  expect(stdout).toContain('Who holds links elsewhere is not known now: ')
  const [row] = JSON.parse((await links('beirut', '--json')).stdout)
  expect(row.now).toMatchObject({ budgetKbitPerS: expect.any(Number), lease: { processes: null } })
})
