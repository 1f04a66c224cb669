import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, startLab } from '../../../lib/lab/index.ts'
import { newKey } from '../../../lib/transport/ssh/ssh.test-rig.ts'
import type { Reach } from './over-ssh.ts'

/** A lab of one bare host without delay, and how to reach it. */
export async function startLabHost(): Promise<{
  readonly lab: Lab
  readonly reach: Reach
  stop(): Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-contract-'))
  const user = newKey()
  const { private: hostKey } = newKey()
  const spec = {
    id: 'host',
    site: 'site',
    port: 0,
    account: 'chancery',
    authorizedKey: user.public,
    image: 'bare',
    hostKey,
  } as const
  const lab = await startLab({ hosts: [spec], links: [] })
  const host = lab.host('host')
  const reach = {
    port: host.port,
    account: 'chancery',
    key: join(folder, 'key'),
    knownHosts: join(folder, 'known_hosts'),
  }
  writeFileSync(reach.key, user.private, { mode: 0o600 })
  writeFileSync(reach.knownHosts, `[127.0.0.1]:${host.port} ${host.hostKey}\n`)
  return {
    lab,
    reach,
    async stop() {
      await lab.close()
      rmSync(folder, { recursive: true })
    },
  }
}
