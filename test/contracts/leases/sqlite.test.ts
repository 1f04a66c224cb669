import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leaseMs } from '../../../lib/link/lease.ts'
import { openLeaseStore } from '../../../lib/link/lease-store.ts'
import { thisProcess } from '../../../lib/link/this-process.ts'
import { leaseContract } from './contract.ts'

leaseContract('a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-leases-'))
  const running = new Set<number>()
  const closing: (() => Promise<void>)[] = []
  let passed = 1_000_000
  let lastPid = 0
  return {
    open: async () => {
      const pid = ++lastPid
      running.add(pid)
      const store = openLeaseStore(join(folder, 'leases.sqlite'), {
        me: { ...thisProcess(), pid, started: `start of ${pid}` },
        ticks: () => passed,
        runs: (process) => running.has(process.pid),
      })
      let open = true
      const close = async (): Promise<void> => {
        if (open) await store.close()
        open = false
      }
      closing.push(close)
      return {
        store: { ...bound(store), close },
        pid,
        die: async () => void running.delete(pid),
        hang: async () => void (passed += leaseMs + 1),
      }
    },
    close: async () => {
      for (const close of closing) await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})

/** Its methods, to lay another beside them. */
const bound = (store: ReturnType<typeof openLeaseStore>): ReturnType<typeof openLeaseStore> => ({
  id: store.id,
  take: (link, unmoved) => store.take(link, unmoved),
  renew: (link, token) => store.renew(link, token),
  release: (link, token, sent) => store.release(link, token, sent),
  leave: (link) => store.leave(link),
  holders: () => store.holders(),
  close: () => store.close(),
})
