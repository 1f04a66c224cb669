import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunReport, SiteReport } from '../../lib/cli/run/types.ts'
import type { Fault, LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const count = 6

type Scene = {
  readonly site: string
  /** When they are ordered: before the preview, or once it is confirmed. */
  readonly at: 'preview' | 'act'
  readonly faults?: readonly Fault[]
  /** A file that somebody else writes then. */
  readonly theirs?: { readonly file: number; readonly text: string }
}

const text = 'Authorized use only'
const noise = ['banner', 'clixml', 'stray-output', 'warnings', 'split-reply'] as const

const scenes = {
  refused: { site: 'abu-dhabi', at: 'preview', faults: [{ name: 'refuse-connection' }] },
  'lost before': { site: 'addis-ababa', at: 'act', faults: [{ name: 'drop-before-act' }] },
  'lost after': { site: 'ankara', at: 'act', faults: [{ name: 'drop-after-act' }] },
  'lost for good': {
    site: 'athens',
    at: 'act',
    faults: [{ name: 'drop-after-act' }, { name: 'refuse-connection' }],
  },
  login: { site: 'atlanta', at: 'preview', faults: [{ name: 'login-refused' }] },
  'host key': { site: 'cairo', at: 'preview', faults: [{ name: 'host-key-changed' }] },
  changed: { site: 'bern', at: 'act', theirs: { file: 5, text: 'somebody' } },
  'not ours': { site: 'brasilia', at: 'preview', theirs: { file: 2, text: 'theirs' } },
  killed: { site: 'bucharest', at: 'act', faults: [{ name: 'worker-killed' }] },
  'disk full': { site: 'budapest', at: 'act', faults: [{ name: 'disk-full' }] },
  banner: { site: 'bamako', at: 'preview', faults: [{ name: 'banner', text, value: 1 }] },
  clixml: { site: 'bangalore', at: 'preview', faults: [{ name: 'clixml', text, value: 1 }] },
  'stray-output': { site: 'bangkok', at: 'preview', faults: [{ name: 'stray-output', text, value: 1 }] },
  warnings: { site: 'barcelona', at: 'preview', faults: [{ name: 'warnings', text, value: 1 }] },
  'split-reply': { site: 'beirut', at: 'preview', faults: [{ name: 'split-reply', text, value: 1 }] },
  none: { site: 'nairobi', at: 'preview' },
} as const satisfies { readonly [name: string]: Scene }

type SceneName = keyof typeof scenes

/** One run over a site for each thing that goes wrong, and one over which nothing hangs. */
describe('what goes wrong', () => {
  let rig: Rig
  let program: string
  let first: RunReport
  /** Files of a site as the first run left them. */
  const left = new Map<string, readonly (string | undefined)[]>()
  let logins: number
  let second: RunReport
  let after: RunReport
  const all: readonly Scene[] = Object.values(scenes)
  const siteOf = (name: SceneName): string => scenes[name].site
  const hostAt = (site: string): LabHost => rig.lab.hosts.find((host) => host.site === site)!
  const filesAt = (site: string): readonly (string | undefined)[] =>
    Array.from({ length: count }, (_, i) => textOf(hostAt(site), `C:\\Notes\\${i}.txt`))
  const whole = Array.from({ length: count }, (_, i) => `text ${i}`)

  const strike = (at: Scene['at']): void => {
    for (const { site, faults = [], theirs } of all.filter((scene) => scene.at === at)) {
      for (const fault of faults) hostAt(site).order(fault)
      if (theirs === undefined) continue
      hostAt(site).world.files.makeFolder('C:\\Notes')
      hostAt(site).world.files.write(`C:\\Notes\\${theirs.file}.txt`, new TextEncoder().encode(theirs.text))
    }
  }
  /** What somebody else wrote stays; everything else converges once nothing is wrong any more. */
  const converging = all.filter(({ theirs }) => theirs === undefined).map(({ site }) => site)

  beforeAll(async () => {
    rig = await startRig({ sites: all.map(({ site }) => site) })
    program = rig.program('files', filesProgram(count, 'text'))
    strike('preview')
    first = await rig.run('up', { program, confirm: async () => (strike('act'), true) })
    for (const { site } of all) left.set(site, filesAt(site))
    logins = hostAt(siteOf('host key')).counters.logins
    for (const host of rig.lab.hosts) host.clear()
    second = await rig.run('up', { program, sites: converging })
    after = await rig.run('preview', { program, sites: converging })
  }, 300_000)
  afterAll(() => rig.close())

  const reportOf = (report: RunReport, name: SceneName): SiteReport =>
    report.sites.find(({ site }) => site === siteOf(name))!
  const up = (name: SceneName): SiteReport => reportOf(first, name)
  const converged = (name: SceneName): void => {
    expect(reportOf(second, name).outcome).toBe('done')
    const preview = after.previews.find(({ site }) => site.id === siteOf(name))!
    expect(preview.rows.map(({ change }) => change)).toEqual(whole.map(() => 'same'))
    expect(filesAt(siteOf(name))).toEqual(whole)
  }

  it('connection refused: unreachable with its state untouched, while the other site finishes', () => {
    expect(up('refused')).toMatchObject({ outcome: 'unreachable', failures: [{ kind: 'unreachable' }] })
    expect(up('none')).toMatchObject({ outcome: 'done' })
    expect(left.get(siteOf('none'))).toEqual(whole)
    converged('refused')
    converged('none')
  })

  it('connection lost before the act: looked at, sent again, done', () => {
    expect(up('lost before')).toMatchObject({ outcome: 'done' })
    converged('lost before')
  })

  it('connection lost after the act: found done, and nothing done twice', () => {
    expect(up('lost after')).toMatchObject({ outcome: 'done' })
    converged('lost after')
  })

  it('connection lost for good during the act: unreachable, and the next run converges on its own records', () => {
    expect(up('lost for good')).toMatchObject({ outcome: 'unreachable' })
    converged('lost for good')
  })

  it('login refused: failed, and nothing ran', () => {
    expect(up('login')).toMatchObject({ outcome: 'failed', failures: [{ kind: 'login' }] })
    expect(left.get(siteOf('login'))).toEqual(whole.map(() => undefined))
    converged('login')
  })

  it('another host key: failed, and never a byte of a credential is sent', () => {
    expect(up('host key')).toMatchObject({ outcome: 'failed', failures: [{ kind: 'host-key' }] })
    expect(logins).toBe(0)
    converged('host key')
  })

  it('host changed between preview and act: nothing runs on it, and it is said what it looks like now', () => {
    expect(up('changed')).toMatchObject({ outcome: 'failed' })
    expect(up('changed').failures[0]).toMatchObject({ kind: 'changed', planned: null, now: { length: 8 } })
    expect(left.get(siteOf('changed'))).toEqual(whole.map((_, i) => (i === 5 ? 'somebody' : undefined)))
  })

  it('a thing that is not ours: refused by name, and nothing of the site runs', () => {
    expect(up('not ours')).toMatchObject({ outcome: 'failed', failures: [{ kind: 'exists' }] })
    expect(left.get(siteOf('not ours'))).toEqual(whole.map((_, i) => (i === 2 ? 'theirs' : undefined)))
  })

  it('worker killed in the middle: resolved by looking', () => {
    expect(up('killed')).toMatchObject({ outcome: 'done' })
    converged('killed')
  })

  it.each(noise)('%s between the replies changes nothing', (name) => {
    expect(up(name)).toMatchObject({ outcome: 'done' })
    converged(name)
  })

  it('a full disk: the step fails with Windows’ words, and the next run converges', () => {
    expect(up('disk full')).toMatchObject({ outcome: 'failed' })
    expect(new Set(up('disk full').failures.map((failure) => failure.kind))).toEqual(new Set(['script']))
    converged('disk full')
  })
})
