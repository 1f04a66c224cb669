import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabHostSpec, LabLinkSpec } from '../../lib/lab/index.ts'

/** `npm run bench:lab`: a lab of 107 sites with 5 hosts each, Hyper-V on every one: how soon all listen and answer, and in how much memory. */
const sites = 107
const hostsASite = 5

const began = performance.now()
const { startLab } = await import('../../lib/lab/index.ts')
const { newKeyPair } = await import('../../lib/lab/key-pair.ts')
const key = newKeyPair().publicLine
const hosts = Array.from({ length: sites * hostsASite }, (_, i): LabHostSpec => ({
  id: `site${Math.floor(i / hostsASite)}-h${i % hostsASite}`,
  site: `site${Math.floor(i / hostsASite)}`,
  port: 0,
  account: 'admin',
  authorizedKey: key,
  image: 'hyperv',
}))
const links = Array.from({ length: sites }, (_, i): LabLinkSpec => ({
  site: `site${i}`,
  rttMs: 600,
  kbitPerS: 512,
}))
const lab = await startLab({ hosts, links })
const up = {
  hosts: lab.hosts.length,
  wallS: (performance.now() - began) / 1000,
  cpuS: process.cpuUsage().user / 1e6,
  residentMiB: process.memoryUsage.rss() / 1024 ** 2,
}

const { createExecutor } = await import('../../lib/lab/windows/executor.ts')
const executorOf = await createExecutor()
const text = readFileSync(join(import.meta.dirname, '../../lib/kinds/hyperv/host/observe.ps1'), 'utf8')
const looked = performance.now()
for (const host of lab.hosts) {
  const { fault } = executorOf(host.world).run('observe', text, {}, 60_000)
  if (fault !== undefined) throw new Error(fault.message)
}
const after = {
  lookedS: (performance.now() - looked) / 1000,
  residentMiB: process.memoryUsage.rss() / 1024 ** 2,
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ up, after }))
else {
  console.log(
    `${up.hosts} hosts listen after ${up.wallS.toFixed(2)} s, ${up.residentMiB.toFixed(0)} MiB resident`,
  )
  console.log(`a look at each takes ${after.lookedS.toFixed(2)} s, then ${after.residentMiB.toFixed(0)} MiB`)
}
await lab.close()
