import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../../../lib/lab/index.ts'
import { converse, type Reach } from './over-ssh.ts'
import { play, transcripts } from './transcript.ts'
import { newKey } from '../../../lib/transport/ssh/ssh.test-rig.ts'

/** The lab's worker answers the frames of the transcripts as worker.ps1 does (test/powershell holds the other to them). */
describe('the lab’s worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-contract-'))
  let lab: Lab
  let reach: Reach
  beforeAll(async () => {
    const user = newKey()
    const spec = {
      id: 'host',
      site: 'site',
      port: 0,
      account: 'chancery',
      authorizedKey: user.public,
      image: 'bare',
    } as const
    lab = await startLab({ hosts: [spec], links: [] })
    const host = lab.host('host')
    reach = {
      port: host.port,
      account: 'chancery',
      key: join(folder, 'key'),
      knownHosts: join(folder, 'known_hosts'),
    }
    writeFileSync(reach.key, user.private, { mode: 0o600 })
    writeFileSync(reach.knownHosts, `[127.0.0.1]:${host.port} ${host.hostKey}\n`)
  })
  afterAll(async () => {
    await lab.close()
    rmSync(folder, { recursive: true })
  })
  test.each(transcripts)('$title', async (transcript) => {
    const party = { start: () => converse(reach), place: (name: string) => `C:\\${name}.txt` }
    expect(await play(transcript, party)).toEqual([])
  })
})
