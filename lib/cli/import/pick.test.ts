import { describe, expect, it } from 'vitest'
import { recordName, type HostList } from './host-list.ts'
import { logicalNames } from './logical-name.ts'
import { type Asker, marked, type Marked } from './mark.ts'
import { notTakeable, picked, strangeOwner } from './pick.ts'
import type { Thing } from './things.ts'
import { listingsJson } from './view.ts'

const machine = (name: string, id = `id of ${name}`): Thing => ({
  token: 'hyperv:VirtualMachine',
  identity: name,
  found: { name, id },
  state: 'described',
  want: { name },
  notes: [],
  maybeSecret: [],
})
const odd: Thing = { ...machine('odd'), state: 'refused', because: 'it is odd', fix: 'Make it even.' }
const owner = (stack: string, backend = 'file:///s') => ({
  organisation: 'org',
  backend,
  urn: `urn:pulumi:${stack}::chancery::chancery:hyperv:VirtualMachine::x`,
  operation: 'create',
  since: 1795509600,
})
const asker: Asker = { organisation: 'org', backend: 'file:///s', stack: 'mission.beirut', held: [] }
const list = (
  things: readonly Thing[],
  records: HostList['records'] = new Map(),
  host = 'hv1',
): HostList => ({
  host,
  things,
  unseen: [],
  whole: new Set(['hyperv:VirtualMachine']),
  records,
})
const record = (name: string) => recordName(`hyperv:VirtualMachine|${name}`)

describe('whose a thing is', () => {
  it('is what the record on the host says: nobody’s, this stack’s, another stack’s or another backend’s', () => {
    const records = new Map([
      [record('ours'), owner('mission.beirut')],
      [record('theirs'), owner('cluster.beirut')],
      [record('elsewhere'), owner('mission.beirut', 'file:///t')],
      [record('like'), owner('mission.beirut2')],
    ])
    const things = ['free', 'ours', 'theirs', 'elsewhere', 'like'].map((name) => machine(name))
    expect(marked(list(things, records), asker).things.map(({ mark }) => mark.by)).toEqual([
      'nobody',
      'us',
      'other',
      'other',
      'other',
    ])
  })

  it('is ours by its Id where it was renamed by hand, and nobody’s of that Id on another host', () => {
    const urn = 'urn:pulumi:mission.beirut::chancery::chancery:hyperv:VirtualMachine::fs'
    const held = [{ urn, name: 'fs', token: 'hyperv:VirtualMachine', host: 'hv1', id: 'id of renamed' }]
    const by = (host: string) =>
      marked(list([machine('renamed')], new Map(), host), { ...asker, held }).things[0]?.mark
    expect(by('hv1')).toEqual({ by: 'us', urn, held: true, adopted: false })
    expect(by('hv2')).toEqual({ by: 'nobody' })
  })

  it('tells of records of what is not there under its name', () => {
    const lost = owner('cluster.beirut')
    const all = list([machine('renamed')], new Map([[record('before'), lost]]))
    expect(marked(all, asker).orphans).toEqual([lost])
    // Of what lies elsewhere nothing is known.
    expect(marked({ ...all, whole: new Set() }, asker).orphans).toEqual([])
  })
})

describe('what a person picks', () => {
  const things = [
    ...marked(list([machine('fs1'), machine('fs2'), odd]), asker).things,
    ...marked(list([machine('fs1')], new Map(), 'hv2'), asker).things,
  ]
  const names = (...words: string[]) => {
    const chosen = picked(things, words)
    return chosen.ok ? chosen.value.map(({ host, thing }) => `${host} ${thing.identity}`) : chosen.error
  }
  it('may be named by title, by name or by number, each once', () => {
    expect(names('virtualmachine FS2', 'fs2', '2')).toEqual(['hv1 fs2'])
    expect(names('1,3-4')).toEqual(['hv1 fs1', 'hv1 odd', 'hv2 fs1'])
    expect(names('hv2: VirtualMachine fs1')).toEqual(['hv2 fs1'])
    expect(names('all')).toEqual(['hv1 fs1', 'hv1 fs2', 'hv2 fs1'])
  })
  it('is refused where it names nothing, or several things', () => {
    expect(names('fs3', '9', '2-1')).toHaveLength(3)
    expect(names('fs1')).toEqual([
      expect.stringContaining("'hv1: VirtualMachine fs1', 'hv2: VirtualMachine fs1'"),
    ])
  })
  it('is told with what was probably meant', () => {
    expect(names('VirtualMachine fs22')).toEqual([
      expect.stringContaining('Did you mean "VirtualMachine fs2"?'),
    ])
    expect(names('odds')).toEqual([expect.stringContaining('Did you mean "odd"?')])
  })
  it('has the owner that is named, or the name is refused with those that there are', () => {
    const theirs = marked(
      list([machine('x')], new Map([[record('x'), owner('cluster.beirut')]])),
      asker,
    ).things
    const free = [things[0]!]
    const { urn } = owner('cluster.beirut')
    expect(strangeOwner(free, [...things, ...theirs], undefined)).toBeUndefined()
    expect(strangeOwner([...free, ...theirs], [...things, ...theirs], urn)).toBeUndefined()
    const refused = strangeOwner(free, [...things, ...theirs], urn.replace('cluster', 'clsuter'))
    expect(refused).toContain(`Did you mean "${urn}"?`)
    expect(refused).toContain('Nothing was taken over.')
  })
  it('is taken from nobody but the owner that is named', () => {
    const theirs = marked(list([machine('x')], new Map([[record('x'), owner('cluster.beirut')]])), asker)
      .things[0]!
    const refusal = (one: Marked, from?: string) => notTakeable(one, from, asker.stack)
    expect(refusal(theirs)).toContain("--take-from 'urn:pulumi:cluster.beirut::")
    expect(refusal(theirs, 'urn:other')).toBeDefined()
    expect(refusal(theirs, owner('cluster.beirut').urn)).toBeUndefined()
    expect(refusal(things[2]!)).toContain('Make it even.')
  })
  it('is taken also where it was begun and cut off, under its name, and refused once the state has it', () => {
    const ours = owner('mission.beirut')
    const one = (urn: string, held: Asker['held'] = []) =>
      marked(list([machine('x')], new Map([[record('x'), { ...ours, urn }]])), { ...asker, held }).things[0]!
    const held = { urn: ours.urn, name: 'x', token: 'hyperv:VirtualMachine', host: 'hv1', id: 'id of x' }
    expect(notTakeable(one(ours.urn), undefined, asker.stack)).toBeUndefined()
    expect(notTakeable(one(ours.urn, [held]), undefined, asker.stack)).toContain('is this stack')
    const inComponent = ours.urn.replace('chancery:hyperv', 'chancery:site:Mission$chancery:hyperv')
    expect(notTakeable(one(inComponent), undefined, asker.stack)).toContain('declare it so')
  })
})

describe('what somebody has, and may have declared secret', () => {
  const file: Thing = {
    ...machine('key'),
    state: 'described',
    want: { name: 'key', content: 'x' },
    notes: [],
    maybeSecret: ['content'],
  }
  const one = (by: ReturnType<typeof owner> & { readonly adopted?: boolean }) =>
    marked(list([file], new Map([[record('key'), by]])), asker).things[0]!
  it('is not shown by a listing, and not written into lines', () => {
    for (const by of [owner('cluster.beirut'), owner('mission.beirut')]) {
      const told = JSON.stringify(listingsJson([{ host: 'hv1', things: [one(by)], unseen: [], orphans: [] }]))
      expect(told).toContain('"want":{"name":"key"},"withheld":["content"]')
    }
    const theirs = owner('cluster.beirut')
    expect(notTakeable(one(theirs), theirs.urn, asker.stack)).toContain('pulumi.secret')
    expect(notTakeable(one(owner('mission.beirut')), undefined, asker.stack)).toContain('declare it so')
  })
  it('is where it was there before it was begun to be taken over', () => {
    expect(
      notTakeable(one({ ...owner('mission.beirut'), adopted: true }), undefined, asker.stack),
    ).toBeUndefined()
  })
})

describe('names of resources', () => {
  const at = (host: string, name: string) => ({ host, thing: machine(name) })
  it('are plain, and differ from each other and from those that there are', () => {
    expect(
      logicalNames(
        [at('hv1', 'FS 1'), at('hv2', 'fs-1'), at('hv2', 'fs 1'), at('hv1', 'Büro (alt)'), at('hv1', '日本')],
        ['chancery:hyperv:VirtualMachine buro-alt'],
      ),
    ).toEqual(['fs-1', 'hv2-fs-1', 'hv2-fs-1-2', 'hv1-buro-alt', 'thing'])
  })
})
