import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PlanBody, type PlanDocument, sealPlan } from '../../reconcile/plan-file/index.ts'
import { anyPlan, anySite, sealer } from '../../reconcile/plan-file/sample.test-rig.ts'
import { beirut, nairobi } from '../view/sample.test-rig.ts'
import { planText, verdictText } from '../view/plan.ts'
import { diffText } from '../view/plan-diff.ts'
import { chooseFromPlan } from './chosen.ts'
import { comparePlans } from './diff.ts'
import { readPlanFile, writePlanFile } from './file.ts'
import { laterIn } from './later.ts'
import { introduction } from './of-run.ts'
import { mismatchLines } from './words.ts'

const [site] = fc.sample(anySite, { numRuns: 1, seed: 5 })
const [body] = fc.sample(anyPlan, { numRuns: 1, seed: 5 })
const planWith = (over: Partial<PlanBody>): PlanDocument =>
  sealPlan(
    {
      ...body!,
      operation: 'up',
      rollout: null,
      organisation: 'ministry',
      backend: 'postgres://anna:****@db/state',
      program: 'mission',
      sites: [{ ...site!, site: 'beirut', stack: 'mission.beirut' }],
      ...over,
    },
    sealer,
  )
const estate = {
  organisation: 'ministry',
  stateBackend: 'postgres://anna:secret@db/state',
  sites: [beirut, nairobi],
}
const choice = { estate, named: undefined, program: undefined, cwd: '/nowhere' }

describe('a plan is taken', () => {
  it('when organisation, backend, program and sites are those of this inventory', () => {
    expect(chooseFromPlan({ ...choice, plan: planWith({}) })).toEqual({
      ok: true,
      value: { sites: [beirut], program: 'mission' },
    })
  })
  it.each([
    ['another organisation', { organisation: 'company' }, {}, 'expected organisation ministry, got company'],
    [
      'another backend',
      { backend: 'file:///x' },
      {},
      'expected the state backend postgres://anna:****@db/state, got file:///x',
    ],
    [
      'another stack',
      {},
      { stack: 'telephony.beirut' },
      'expected stack mission.beirut, got telephony.beirut',
    ],
    ['a site that there is not', {}, { site: 'atlantis', stack: 'mission.atlantis' }, 'got atlantis'],
    [
      'a program that is not here',
      { program: './programs/x.ts' },
      { stack: 'x.beirut' },
      '--program names where it lies here',
    ],
  ])('not of %s', (_, over, at, words) => {
    const plan = planWith({ ...over, sites: [{ ...site!, site: 'beirut', stack: 'mission.beirut', ...at }] })
    const chosen = chooseFromPlan({ ...choice, plan })
    expect(chosen.ok ? '' : chosen.error).toContain(words)
    expect(chosen.ok ? '' : chosen.error).toContain('Nothing was changed.')
  })
  it('with a word on whose it is and what it does not hold', () => {
    const made = { at: '2026-01-05T10:00:00.000Z', by: 'anna', on: 'ops1', with: '0' }
    const left = [{ site: 'nairobi', outcome: 'unreachable', because: 'no answer' }]
    expect(introduction({ plan: planWith({ made, left }), sites: [beirut] })).toBe(
      'Plan of 2026-01-05 10:00 UTC by anna on ops1, for beirut. Not in it: nairobi.',
    )
    const two = ['beirut', 'nairobi'].map((id) => ({ ...site!, site: id, stack: `mission.${id}` }))
    const plan = planWith({ made, left: [], operation: 'destroy', sites: two })
    expect(introduction({ plan, sites: [beirut] })).toBe(
      'Plan of 2026-01-05 10:00 UTC by anna on ops1, which removes what is at beirut. Left for another run: nairobi.',
    )
  })
  it('not for a site that it does not hold', () => {
    const chosen = chooseFromPlan({ ...choice, plan: planWith({}), named: [nairobi] })
    expect(chosen.ok ? '' : chosen.error).toContain('expected sites that it holds beirut, got nairobi')
  })
})

describe('a plan’s file', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-plan-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is written whole, replaces an older plan, and nothing else', () => {
    const path = join(folder, 'a.plan')
    expect(writePlanFile(path, planWith({})).ok).toBe(true)
    expect(writePlanFile(path, planWith({ program: 'other' })).ok).toBe(true)
    expect(readPlanFile(path)).toMatchObject({ ok: true, value: { program: 'other' } })
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    expect(writePlanFile(join(folder, 'notes.txt'), planWith({}))).toMatchObject({ ok: false })
    expect(writePlanFile(folder, planWith({}))).toMatchObject({ ok: false })
    expect(writePlanFile(join(folder, 'no', 'where'), planWith({}))).toMatchObject({ ok: false })
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine')
    expect(readdirSync(folder).sort()).toEqual(['a.plan', 'notes.txt'])
  })
  it('that is missing, a folder or not text is told with its name', () => {
    writeFileSync(join(folder, 'bytes'), Buffer.from([0xff, 0xfe, 0x80]))
    for (const name of ['nothing', '', 'bytes']) {
      const read = readPlanFile(join(folder, name))
      expect(read.ok ? '' : read.error).toMatch(/^\S+: expected .*Nothing was changed\./)
    }
  })
})

const monday = {
  file: 'monday.plan',
  made: { at: '2026-01-05T10:00:00Z', by: 'anna', on: 'ops1', with: '0.1.0' },
}
const tuesday = {
  file: 'tuesday.plan',
  made: { at: '2026-01-06T08:30:00Z', by: 'bo', on: 'ops2', with: '0.1.0' },
}

describe('two plans compared', () => {
  it('say in words what only a digest tells, which plan has what, and of long values the part that differs', () => {
    const at = { site: 'beirut', host: 'h1', resource: 'File a', step: 'update' }
    const long = (word: string): string => JSON.stringify(`${'x'.repeat(300)}${word}${'y'.repeat(300)}`)
    const text = diffText(
      [
        { ...at, what: 'want.content', a: '"seal1"', b: '"seal2"' },
        { ...at, what: 'guard.expects', a: '"sha256:1"', b: '"sha256:2"' },
        { ...at, what: 'guard.seen.length', a: '12', b: '13' },
        { ...at, what: 'params.password.$secret', a: '"seal1"', b: '"seal2"' },
        { ...at, what: 'params.content', a: long('one'), b: long('two') },
        { what: 'mayLose.VirtualDisk c:\\a.vhdx', b: 'true' },
        { site: 'nairobi', what: '', a: 'planned' },
        { site: 'beirut', restsOn: 'inventory', what: 'link', a: '1', b: '2' },
      ],
      [monday, tuesday],
      { width: undefined },
    )
    expect(text.split('\n').slice(3)).toEqual([
      'beirut: h1 File a',
      '  update: the wanted content is another',
      '  update: what the host must look like is another',
      '  update: seen on the host: length:',
      '      - 12',
      '      + 13',
      '  update: the secret params.password is another',
      '  update: params.content:',
      `      - …${'x'.repeat(24)}one${'y'.repeat(24)}…`,
      `      + …${'x'.repeat(24)}two${'y'.repeat(24)}…`,
      '',
      'the whole plan',
      '  may lose the data of VirtualDisk c:\\a.vhdx: only in tuesday.plan',
      '',
      'nairobi',
      '  only in monday.plan',
      '',
      'beirut',
      '  rests on the inventory: link is another',
      '',
      '8 differences.',
    ])
  })
  it('are the same when only when and by whom differs', () => {
    const later = planWith({ made: { at: '2026-01-01T00:00:00Z', by: 'x', on: 'y', with: 'z' } })
    expect(comparePlans(planWith({}), later)).toEqual([])
  })
  it('differ in a script of what both hold, and not in the scripts of what only one of them does', () => {
    const scripts = (more: { [name: string]: string }): PlanDocument =>
      planWith({ versions: { ...body!.versions, scripts: { 'windows:File/write': '1', ...more } } })
    const one = scripts({ 'windows:Service/start': '1' })
    expect(comparePlans(one, scripts({}))).toEqual([])
    const found = comparePlans(one, scripts({ 'windows:File/write': '2' }))
    expect(diffText(found, [monday, tuesday], { width: undefined })).toContain(
      '  the script windows:File/write is another',
    )
  })
  it('differ by site, resource and step, and each way round', () => {
    const step = {
      verb: 'write',
      because: 'b',
      changes: [],
      effects: [],
      limitMs: null,
      params: { content: 'one' },
    }
    const with_ = (content: string): PlanDocument =>
      planWith({
        sites: [
          {
            ...site!,
            site: 'beirut',
            stack: 'mission.beirut',
            resources: [
              {
                urn: 'urn:a',
                kind: 'windows:File',
                name: 'File a',
                host: 'h1',
                after: [],
                parts: [
                  {
                    operation: 'create',
                    because: 'b',
                    want: {},
                    guard: { at: 'never' },
                    do: 'act',
                    adopt: false,
                    steps: [{ ...step, params: { content } }],
                  },
                ],
              },
            ],
          },
        ],
      })
    const found = comparePlans(with_('one'), with_('two'))
    expect(found).toEqual([
      {
        site: 'beirut',
        host: 'h1',
        resource: 'File a',
        step: 'create, step 1 write',
        what: 'params.content',
        a: '"one"',
        b: '"two"',
      },
    ])
    const text = diffText(found, [monday, tuesday], { width: undefined })
    expect(text).toMatch(
      /^- monday\.plan, of 2026-01-05 10:00 UTC by anna on ops1\n\+ tuesday\.plan, of 2026-01-06 08:30 UTC by/,
    )
    expect(text).toContain('create, step 1 write: params.content:\n      - "one"\n      + "two"')
    expect(comparePlans(with_('two'), with_('one'))).toMatchObject([{ a: '"two"', b: '"one"' }])
    expect(comparePlans(with_('one'), planWith({ sites: [] }))).toEqual([
      { site: 'beirut', what: '', a: 'planned' },
    ])
  })
  it('and shown without a fault, whatever they hold', () => {
    fc.assert(
      fc.property(anyPlan, anyPlan, fc.constantFrom(undefined, 40, 100), (a, b, width) => {
        const [one, other] = [sealPlan(a, sealer), sealPlan(b, sealer)]
        expect(comparePlans(one, structuredClone(one))).toEqual([])
        expect(planText(one, { width }).length).toBeGreaterThan(0)
        expect(diffText(comparePlans(one, other), [monday, tuesday], { width }).length).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a refusal', () => {
  it('names each thing that is another, a line a kind of thing', () => {
    const lines = mismatchLines([
      { of: 'inventory', what: 'link' },
      { of: 'program', what: 'urn:pulumi:s::p::chancery:windows:File::motd', is: 'new' },
      { of: 'state', what: 'urn:pulumi:s::p::chancery:windows:File::motd', is: 'gone' },
      { of: 'scripts', what: 'windows:File/write', is: 'other' },
      { of: 'want', host: 'h1', what: 'File a', properties: ['content'] },
      {
        of: 'host',
        host: 'h1',
        what: 'File b',
        planned: null,
        now: null,
        owner: { planned: 'us', now: 'nobody' },
      },
      { of: 'steps', host: 'h1', what: 'File c', because: 'it was not in the plan' },
    ])
    expect(lines).toEqual([
      'the inventory of this site changed: link (rate, budget, windows, second line)',
      'the program declares something else: File motd is new',
      'the state is another one, so somebody applied or refreshed since: File motd is gone',
      'what would run on the hosts changed: windows:File/write is another',
      'what is wanted of File a on h1 changed: content',
      'File b on h1 no longer looks as it did when the plan was made, and its record names nobody instead of us',
      'File c on h1: it was not in the plan',
    ])
  })
  it('is a verdict beside those that are accepted', () => {
    const verdict = { plan: 'a.plan', mismatches: [], told: '' }
    const text = verdictText(
      [
        { ...verdict, site: 'beirut', verdict: 'accepted' },
        { ...verdict, site: 'nairobi', verdict: 'refused', told: 'nairobi\n  because' },
      ],
      { width: undefined },
    )
    expect(text).toMatch(/beirut +accepted\na\.plan +nairobi +refused\n\nnairobi\n {2}because$/)
    const waits = {
      outcome: 'deferred',
      because: 'the window is closed',
      fix: 'Run again.',
      fitsAt: 0,
    } as const
    expect(
      verdictText([{ ...verdict, site: 'beirut', verdict: 'accepted', waits }], { width: undefined }),
    ).toMatch(/accepted +would be deferred: the window is closed$/)
  })
})

describe('where a value of later comes from', () => {
  const mark = (urn: string, output: string) => `\u0001${urn}\u0001${output}\u0001`
  const base = {
    type: 't',
    name: 'n',
    custom: true,
    parent: '',
    dependencies: [],
    ignoreChanges: [],
    protect: false,
  }
  const find = (value: string) =>
    laterIn({
      id: 'x',
      resources: [
        { ...base, urn: 'urn:a', inputs: {} },
        { ...base, urn: 'urn:b', inputs: { list: [{ of: value }] } },
      ],
    })('urn:b', 'list/0/of')
  it('is an output of a resource, or a text made of outputs', () => {
    expect(find(mark('urn:a', 'id'))).toEqual([{ from: 'urn:a', output: 'id' }])
    expect(find(`x ${mark('urn:a', 'id')}!`)).toEqual(['x ', { from: 'urn:a', output: 'id' }, '!'])
  })
  it('is nowhere when the program changed or cut it', () => {
    const whole = mark('urn:a', 'id')
    for (const value of [
      whole.toUpperCase(),
      whole.slice(1),
      whole.slice(0, -2),
      'text',
      whole + whole.slice(0, 4),
    ])
      expect(find(value)).toBeUndefined()
  })
})
