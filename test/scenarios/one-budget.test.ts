import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budgetAt } from '../../lib/link/index.ts'
import { startRig, type Rig } from '../rig/estate.ts'
import type { LinkUserOrder, LinkUserReport } from '../rig/link-user.ts'
import { type MeasuredRelay, mostAtOnce, mostWithin, startMeasuredRelay } from '../rig/measured-relay.ts'

const script = fileURLToPath(new URL('../rig/link-user.ts', import.meta.url))

/** A process of its own that uses a link; its lines, parsed. */
function useLink(order: LinkUserOrder): { readonly report: Promise<LinkUserReport> } {
  const child = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  return {
    report: new Promise((resolve, reject) =>
      child.once('close', () => {
        const last = text.trim().split('\n').at(-1) ?? ''
        if (last.startsWith('{')) resolve(JSON.parse(last) as LinkUserReport)
        else reject(new Error(`it ended without a report: ${errors}`))
      }),
    ),
  }
}

describe('two processes on one link', { timeout: 120_000 }, () => {
  const site = 'beirut'
  const host = 'beirut-hv1'
  let rig: Rig
  let relay: MeasuredRelay
  beforeAll(async () => {
    rig = await startRig({ sites: [site] })
    relay = await startMeasuredRelay(rig.lab.host(host).port)
    const inventory = join(rig.folder, 'inventories', 'ministry')
    const hosts = join(inventory, 'hosts.csv')
    const port = String(rig.lab.host(host).port)
    writeFileSync(hosts, readFileSync(hosts, 'utf8').replace(`,${port},`, `,${relay.port},`))
    const pins = rig.estate.knownHosts
    writeFileSync(pins, readFileSync(pins, 'utf8').replaceAll(`:${port} `, `:${relay.port} `))
  })
  afterAll(async () => {
    await relay.close()
    await rig.close()
  })

  it('together keep to its budget and to its number of jobs at once, and neither starves', async () => {
    const link = rig.estate.sites.find(({ id }) => id === site)!.link
    const order: LinkUserOrder = {
      inventory: join(rig.folder, 'inventories', 'ministry'),
      root: join(rig.folder, '.chancery'),
      host,
      site,
      forMs: 8_000,
      frameBytes: 2_000,
    }
    const reports = await Promise.all([useLink(order).report, useLink(order).report])
    expect(reports.flatMap(({ failures }) => failures)).toEqual([])
    const budget = (budgetAt(link, Date.now()).kbitPerS * 1000) / 8
    // Two seconds less what the relay may be late in noting; headers of TCP and IP come on top of what it sees.
    const most = mostWithin(relay.sent, 1_970)
    expect(most).toBeLessThanOrEqual(2 * budget * 1.05)
    expect(most).toBeGreaterThan(budget)
    expect(mostAtOnce(reports.flatMap(({ jobs }) => jobs))).toBe(1)
    for (const { frames, jobs } of reports) expect([frames > 1, jobs.length > 5]).toEqual([true, true])
  })
})
