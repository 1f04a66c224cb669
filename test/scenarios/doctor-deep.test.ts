import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeepDocument, deepDocument } from '../../lib/cli/doctor/deep/document.ts'
import type { DeepJudgement } from '../../lib/cli/doctor/deep/judge.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { runCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'

type Report = { readonly document: DeepDocument; readonly judgements: readonly DeepJudgement[] }

/** What the lab can't show because it has no PowerShell of its own. */
const notInTheLab = ['full-language', 'worker-memory']

describe('the deep examination', () => {
  let rig: Rig
  let host: LabHost
  let folder: string
  const deep = async (): Promise<{ code: number | null; report: Report }> => {
    const ended = await runCli(['doctor', 'nairobi', '--deep', '--json'], { cwd: rig.folder })
    const [report] = JSON.parse(ended.stdout) as Report[]
    return { code: ended.code, report: report! }
  }
  const verdicts = (report: Report, verdict: string): readonly string[] =>
    report.judgements.filter((one) => one.verdict === verdict).map(({ id }) => id)
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-facts-'))
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
    const { sites } = await rig.run('up')
    expect(sites).toMatchObject([{ outcome: 'done' }])
    // A checkpoint, and a switch that carries the session.
    const { hyperv, network } = host.world
    hyperv.checkpoint(hyperv.machines[0]!, 'before the update')
    hyperv.addSwitch({
      name: 'Management',
      type: 'External',
      allowManagementOS: true,
      adapters: [network.carrier!],
      notes: '',
      teaming: false,
      iov: false,
      bandwidthMode: 'Absolute',
    })
  })
  afterAll(async () => {
    await rig.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('finds that the lab does everything that is assumed of Windows, and changes nothing', async () => {
    const before = host.world.snapshot()
    const { code, report } = await deep()
    expect(report.judgements.filter(({ verdict }) => verdict === 'not held')).toEqual([])
    expect(code).toBe(0)
    expect(report.judgements.find(({ id }) => id === 'carrier')?.found).toContain(
      'vEthernet (Management) on ',
    )
    const asked = report.judgements.filter(({ found }) => !/^it needs/.test(found))
    expect(asked.length).toBeGreaterThan(28)
    expect(
      asked
        .filter(({ verdict }) => verdict !== 'held')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(notInTheLab)
    expect(scriptsAside(host.world.snapshot())).toEqual(scriptsAside(before))
  })

  it('gives a document of the documented shape, which judges the same when it is read back', async () => {
    const { report } = await deep()
    expect(deepDocument.parse(report.document)).toEqual(report.document)
    const file = join(folder, 'facts.json')
    // As PowerShell's > writes it.
    writeFileSync(
      file,
      Buffer.from(`\ufeffProfile loaded.\r\n${JSON.stringify(report.document)}\r\n`, 'utf16le'),
    )
    const again = await runCli(['doctor', '--facts', file, '--json'], { cwd: rig.folder })
    expect(again.code).toBe(0)
    expect((JSON.parse(again.stdout) as Report[])[0]?.judgements).toEqual(report.judgements)
  })

  it('says what is not held, and what the lab should change', async () => {
    host.world.hyperv.machines[0]!.adapters[0]!.mac = '00-15-5d'
    const { code, report } = await deep()
    expect(code).toBe(4)
    expect(verdicts(report, 'not held')).toEqual(['adapter-identity'])
    expect(report.judgements.find(({ id }) => id === 'adapter-identity')?.change).toContain('lab')
  })

  it('does not take refused rights or a missing module for an answer', async () => {
    host.order({ name: 'access-denied' })
    const { report } = await deep()
    host.clear()
    expect(verdicts(report, 'not held')).toContain('missing-machine')
    const bare = await startRig({ sites: ['nairobi'], bare: ['nairobi-hv1'] })
    const ended = await runCli(['doctor', 'nairobi', '--deep', '--json'], { cwd: bare.folder })
    await bare.close()
    const [without] = JSON.parse(ended.stdout) as Report[]
    expect(verdicts(without!, 'not held')).toEqual([])
    expect(verdicts(without!, 'not testable here')).toEqual(
      expect.arrayContaining(['missing-machine', 'boot-devices']),
    )
  })

  it('refuses facts that are not', async () => {
    const file = join(folder, 'wrong.json')
    for (const [text, words] of [
      ['nothing', 'none that starts with {'],
      ['{"schema":"chancery.doctor.deep","version":2}', 'version'],
    ] as const) {
      writeFileSync(file, text)
      const ended = await runCli(['doctor', '--facts', file], { cwd: rig.folder })
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(words)])
    }
    expect((await runCli(['doctor'], { cwd: rig.folder })).stderr).toContain('expected the id of a site')
  })
})

/** The worker keeps the scripts that it was sent. */
function scriptsAside(world: object): object {
  return JSON.parse(
    JSON.stringify(world, (_key, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value).filter(([key]) => !key.startsWith('C:\\ProgramData\\Chancery')),
          )
        : Array.isArray(value)
          ? value.filter((one) => typeof one !== 'string' || !one.startsWith('C:\\ProgramData\\Chancery'))
          : value,
    ),
  ) as object
}
