import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leaseFile, linkFolder } from '../../lib/cli/links/machine-folder.ts'
import { runCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'

describe('a host that is managed from elsewhere', { timeout: 90_000 }, () => {
  let rig: Rig
  const record = 'C:\\ProgramData\\Chancery\\managed.json'
  const cli = (...args: readonly string[]) => runCli(args, { cwd: rig.folder })
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
  })
  afterAll(() => rig.close())

  const managedFrom = (at: Date): void => {
    const text = at.toISOString().replace('T', ' ').replace('Z', '')
    const files = rig.lab.host('nairobi-hv1').world.files
    files.makeFolder('C:\\ProgramData\\Chancery')
    files.write(
      record,
      JSON.stringify({
        from: 'agency postgres://db.agency.example/state',
        by: 'dora on ops9, process 77',
        at: text,
        since: text,
        because: null,
        tokens: { other: 12 },
      }),
    )
  }
  const kept = (): string => {
    const file = rig.lab.host('nairobi-hv1').world.files.read(record)
    return file.ok ? new TextDecoder().decode(file.value) : ''
  }

  it('is shown as such by the doctor', async () => {
    managedFrom(new Date(Date.now() - 3_600_000))
    const { code, stdout } = await cli('doctor', 'nairobi', '--json')
    expect(code).toBe(1)
    expect(stdout).toContain('agency postgres://db.agency.example/state')
    expect(stdout).toContain('chancery takeover')
  })

  it('is left alone while somebody acts on it', async () => {
    managedFrom(new Date())
    const { code, stdout } = await cli('takeover', 'nairobi', '--reason', 'handed over', '--yes')
    expect([code, stdout]).toEqual([3, expect.stringContaining('left alone, for dora on ops9, process 77')])
    expect(kept()).toContain('agency')
  })

  it('is not taken over without a person or --yes', async () => {
    const { code, stderr } = await cli('takeover', 'nairobi', '--reason', 'handed over')
    expect([code, stderr]).toEqual([2, expect.stringContaining('nobody is there to be asked')])
  })

  it('is taken over with a reason, which it keeps, and is ours for the doctor', async () => {
    managedFrom(new Date(Date.now() - 3_600_000))
    const { code, stdout } = await cli('takeover', 'nairobi', '--reason', 'handed over', '--yes')
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('taken over from agency postgres://db.agency.example/state'),
    ])
    expect(JSON.parse(kept())).toMatchObject({
      because: 'handed over',
      from: expect.stringMatching(/^ministry /),
    })
    expect((await cli('doctor', 'nairobi', '--json')).stdout).toContain('taken over: handed over')
  })

  it('is not reached when the leases can’t be read, and the file is named', async () => {
    const folder = linkFolder(rig.estate, rig.env)
    if (!folder.ok) throw new Error(folder.error)
    const file = leaseFile(folder.value)
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    mkdirSync(folder.value, { recursive: true })
    writeFileSync(file, 'no database at all '.repeat(400))
    const before = rig.lab.host('nairobi-hv1').counters.connections
    const { code, stdout, stderr } = await cli('takeover', 'nairobi', '--reason', 'again', '--yes')
    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).toContain(`${file}: is not a file of leases`)
    expect(`${stdout}${stderr}`).not.toContain('Internal error')
    expect(rig.lab.host('nairobi-hv1').counters.connections).toBe(before)
  })
})
