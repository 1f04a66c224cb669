import { afterAll, beforeAll } from 'vitest'
import { leaseMs } from '../../../lib/link/lease.ts'
import { openPostgresLeases } from '../../../lib/link/lease-postgres.ts'
import { thisProcess } from '../../../lib/link/this-process.ts'
import { type Postgres, startPostgres } from '../../rig/postgres.ts'
import { leaseContract, type Shared } from './contract.ts'

let postgres: Postgres
beforeAll(async () => void (postgres = await startPostgres()), 360_000)
afterAll(() => postgres.close())

let shares = 0

/** Where processes run: together, or each on a machine of its own, whose processes no other can look at. */
async function share(together: boolean): Promise<Shared> {
  const estate = `organisation ${++shares}`
  const running = new Set<number>()
  const closing: (() => Promise<void>)[] = []
  let lastPid = 0
  /** So much time has passed at the server since a process was heard of. */
  const pass = (pid: number): void => {
    for (const table of ['lease', 'lease_waiting'])
      postgres.sql(
        `update chancery.${table} set at = at - interval '${leaseMs + 1} ms' where pid = ${pid} and estate = '${estate}'`,
      )
  }
  return {
    open: async () => {
      const pid = ++lastPid
      running.add(pid)
      const store = await openPostgresLeases(postgres.url, estate, {
        me: {
          ...thisProcess(),
          pid,
          started: `start of ${pid}`,
          place: together ? 'here' : `machine ${pid}`,
        },
        // So that who asks need not ask for seconds.
        elapsed: () => performance.now() * 200,
        runs: (process) => running.has(process.pid),
      })
      let open = true
      const close = async (): Promise<void> => {
        if (open) await store.close()
        open = false
      }
      closing.push(close)
      return {
        store: {
          id: store.id,
          take: (link, unmoved) => store.take(link, unmoved),
          renew: (link, token) => store.renew(link, token),
          release: (link, token, sent) => store.release(link, token, sent),
          leave: (link) => store.leave(link),
          holders: () => store.holders(),
          close,
        },
        pid,
        die: async () => {
          running.delete(pid)
          if (!together) pass(pid)
        },
        hang: async () => pass(pid),
      }
    },
    close: async () => {
      for (const close of closing) await close()
    },
  }
}

leaseContract('a PostgreSQL server, of processes of one machine', () => share(true))
leaseContract('a PostgreSQL server, of machines', () => share(false))
