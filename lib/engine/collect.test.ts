import { describe, expect, it } from 'vitest'
import { collect, type CollectRequest } from './collect.ts'

const program = new URL('collect.rig.ts', import.meta.url).href
const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

const collecting = (
  contexts: readonly { readonly name: string; readonly goes?: string }[],
  change: Partial<CollectRequest> = {},
) =>
  collect({
    program,
    calls: contexts.map((context) => ({
      id: context.name,
      project: 'p',
      stack: `test.${context.name}`,
      context,
    })),
    env: process.env,
    ...change,
  })

describe('collecting a program', () => {
  it('tells each resource as the engine would meet it, dependants with unknown inputs', async () => {
    const result = await collecting([{ name: 'beirut' }])
    const [collection] = result.ok ? result.value : []
    const at = (...types: string[]) =>
      `urn:pulumi:test.beirut::p::${types.map((type) => `chancery:test:${type}`).join('$')}`
    const inner = `${at('Outer', 'Inner')}::beirut-inner`
    const first = `${at('Outer', 'Inner', 'Item')}::first`
    const item = { type: 'chancery:test:Item', custom: true, ignoreChanges: [], protect: false }
    expect(collection?.problem).toBeUndefined()
    expect([...(collection?.resources ?? [])].sort((a, b) => (a.urn < b.urn ? -1 : 1))).toEqual([
      {
        ...item,
        urn: `${at('Item')}::late`,
        name: 'late',
        parent: '',
        dependencies: [],
        inputs: { of: `${at('Item')}::third` },
      },
      {
        ...item,
        urn: `${at('Item')}::third`,
        name: 'third',
        parent: '',
        dependencies: [first],
        inputs: { stack: 'test.beirut' },
      },
      { ...item, urn: first, name: 'first', parent: inner, dependencies: [], inputs: { host: 'hv1' } },
      {
        ...item,
        urn: `${at('Outer', 'Inner', 'Item')}::second`,
        name: 'second',
        parent: inner,
        dependencies: [first],
        inputs: {
          host: 'hv1',
          madeAs: unknown,
          key: { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 'swordfish' },
        },
      },
      {
        urn: inner,
        type: 'chancery:test:Inner',
        name: 'beirut-inner',
        custom: false,
        ignoreChanges: [],
        protect: false,
        parent: `${at('Outer')}::beirut`,
        dependencies: [],
        inputs: {},
      },
      {
        urn: `${at('Outer')}::beirut`,
        type: 'chancery:test:Outer',
        name: 'beirut',
        custom: false,
        ignoreChanges: [],
        protect: false,
        parent: '',
        dependencies: [],
        inputs: {},
      },
    ])
  })

  it('answers each call in one process; one that throws, at once or late, spoils only its own', async () => {
    const names = ['beirut', 'nairobi', 'lima', 'oslo']
    const goes = [undefined, 'throws', 'throws late', undefined]
    const result = await collecting(names.map((name, i) => ({ name, ...(goes[i] && { goes: goes[i] }) })))
    const collections = result.ok ? result.value : []
    expect(collections.map(({ id, problem }) => [id, problem?.message])).toEqual([
      ['beirut', undefined],
      ['nairobi', 'nothing at nairobi'],
      ['lima', 'nothing at lima'],
      ['oslo', undefined],
    ])
    expect(collections[1]?.problem?.stack).toContain('collect.rig.ts')
    expect(collections.map(({ resources }) => resources.length)).toEqual([6, 6, 6, 6])
    expect(
      collections.every(({ id, resources }) => resources.every(({ urn }) => urn.includes(`test.${id}::`))),
    ).toBe(true)
  })

  it('says that a module is missing or is no program', async () => {
    expect(await collecting([], { program: new URL('no-such.ts', import.meta.url).href })).toMatchObject({
      ok: false,
      error: { kind: 'program', problem: { message: expect.stringContaining('no-such.ts') } },
    })
    expect(await collecting([], { program: new URL('version.ts', import.meta.url).href })).toMatchObject({
      ok: false,
      error: { kind: 'program', problem: { message: expect.stringContaining('expected a default export') } },
    })
  })

  it('says that the program ended its process', async () => {
    expect(await collecting([{ name: 'beirut', goes: 'ends' }])).toMatchObject({
      ok: false,
      error: { kind: 'crashed', how: 'it ended with 7' },
    })
  })

  it('ends when it is interrupted, whatever the program does', async () => {
    const abort = new AbortController()
    const hanging = collecting([{ name: 'beirut', goes: 'hangs' }], { abort: abort.signal })
    abort.abort()
    expect(await hanging).toEqual({ ok: false, error: { kind: 'interrupted' } })
  })
})
