import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDrift } from '../../lib/cli/drift/types.ts'
import { driftOf } from '../rig/drift.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

/** Nine sites: three that can't be reached, one that refuses the login, one that was changed; the rest must not notice. All missions: `npm run bench:up`. */
describe('bad sites among others', () => {
  const unreachable = ['abu-dhabi', 'addis-ababa', 'ankara']
  const refused = 'athens'
  const changed = 'atlanta'
  const good = ['bamako', 'bangalore', 'beirut', 'bern']
  const sites = [...unreachable, refused, changed, ...good]
  let rig: Rig
  const hostAt = (site: string) => rig.lab.hosts.find((host) => host.site === site)!
  const outcomes = (
    list: readonly { readonly site: string | { readonly id: string }; readonly outcome: string }[],
  ) =>
    Object.fromEntries(list.map(({ site, outcome }) => [typeof site === 'string' ? site : site.id, outcome]))
  const expected = (ofChanged: string) => ({
    ...Object.fromEntries([...unreachable.map((site) => [site, 'unreachable']), [refused, 'failed']]),
    [changed]: ofChanged,
    ...Object.fromEntries(good.map((site) => [site, 'done'])),
  })
  const breakThem = (): void => {
    for (const site of unreachable) hostAt(site).order({ name: 'refuse-connection' })
    hostAt(refused).order({ name: 'login-refused' })
  }
  const write = (text: string): void =>
    void hostAt(changed).world.files.write('C:\\Notes\\1.txt', new TextEncoder().encode(text))

  beforeAll(async () => {
    rig = await startRig({ sites })
    const up = await rig.run('up', { program: rig.program('few', filesProgram(3, 'first')) })
    expect(new Set(up.sites.map(({ outcome }) => outcome))).toEqual(new Set(['done']))
  }, 120_000)
  afterAll(() => rig.close())

  it('drift tells each its own, with one exchange a host, and keeps what it knew of those that it can’t see', async () => {
    const program = rig.program('few', filesProgram(3, 'first'))
    breakThem()
    write('by hand')
    const before = sites.map((site) => hostAt(site).counters.frames)
    const report = await driftOf(rig, { program, sites })
    const frames = Object.fromEntries(
      sites.map((site, i) => [site, hostAt(site).counters.frames - before[i]!]),
    )
    expect(outcomes(report.sites)).toEqual(expected('done'))
    expect(report.sites.flatMap(({ site, resources }) => (resources.some(isDrift) ? [site.id] : []))).toEqual(
      [changed],
    )
    expect(frames).toEqual(
      Object.fromEntries(sites.map((site) => [site, unreachable.includes(site) || site === refused ? 0 : 1])),
    )
    for (const site of unreachable) hostAt(site).clear()
    hostAt(refused).clear()
    const again = await driftOf(rig, { program, sites })
    const since = (of: typeof report) =>
      of.sites
        .find(({ site }) => site.id === changed)!
        .resources.find(isDrift)!
        .since.get('content')
    expect(since(again)).toEqual(since(report))
    expect(again.sites.every(({ outcome }) => outcome === 'done')).toBe(true)
  })

  it('up finishes every other site; the one that changed in between is not touched', async () => {
    const program = rig.program('few', filesProgram(3, 'second'))
    breakThem()
    const up = await rig.run('up', { program, confirm: async () => (write('in between'), true) })
    expect(outcomes(up.sites)).toEqual(expected('failed'))
    expect(up.sites.find(({ site }) => site === changed)?.failures).toMatchObject([{ kind: 'changed' }])
    for (const site of good) expect(textOf(hostAt(site), 'C:\\Notes\\2.txt')).toBe('second 2')
    expect(textOf(hostAt(changed), 'C:\\Notes\\1.txt')).toBe('in between')
    expect(textOf(hostAt(changed), 'C:\\Notes\\2.txt')).toBe('first 2')
    for (const site of unreachable) expect(textOf(hostAt(site), 'C:\\Notes\\2.txt')).toBe('first 2')
  }, 120_000)

  it('sites that don’t answer keep no other one waiting, however many they are', async () => {
    for (const site of [...unreachable, refused]) hostAt(site).clear()
    // More than engines that run at once; each is silent until the others are through.
    const silent = sites.slice(0, 6)
    const others = sites.slice(6)
    for (const site of silent) hostAt(site).order({ name: 'hold-reply', value: 0 })
    const through = new Set<string>()
    const program = rig.program('few', filesProgram(3, 'second'))
    const preview = await rig.run('preview', {
      program,
      sites,
      onEvent: (event) => {
        if (event.kind !== 'exchange') return
        const site = rig.lab.host(event.host).site
        if (!others.includes(site)) return
        through.add(site)
        if (through.size === others.length) for (const one of silent) hostAt(one).clear()
      },
    })
    expect(new Set(preview.sites.map(({ outcome }) => outcome))).toEqual(new Set(['done']))
  }, 120_000)
})
