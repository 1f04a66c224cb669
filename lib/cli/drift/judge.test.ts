import { describe, expect, it } from 'vitest'
import { type Case, kindFolders, kindsRoot, readKind } from '../../../test/conformance/kind-folders.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Failure } from '../../domain/failure.ts'
import { acceptComplaints, leaveOf } from '../../provider/accept.ts'
import { diff } from '../../provider/difference.ts'
import { StackRun } from '../../provider/stack-run.ts'
import { PlanBook } from '../../reconcile/book.ts'
import type { Owner } from '../../reconcile/decide.ts'
import { changesOf, planLeaving } from '../../reconcile/left-alone.ts'
import type { LoadedKind } from '../../reconcile/loaded-kind.ts'
import { Observations } from '../../reconcile/look.ts'
import type { Observation } from '../../reconcile/observation.ts'
import type { Target } from '../../reconcile/target.ts'
import { loadCatalogue } from '../../provider/catalogue.ts'
import { rowsOf } from '../run/rows.ts'
import { judge } from './judge.ts'
import type { Judged } from './types.ts'

const folders = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))
const catalogue = await loadCatalogue()
const urnOf = (token: string) => `urn:pulumi:mission.x::chancery::chancery:${token}::it`
const none: ReadonlySet<string> = new Set()

function scene(loaded: LoadedKind, one: Case) {
  const { kind } = loaded
  const urn = urnOf(kind.token)
  const me: Owner = { organisation: 'o', backend: 'b', urn, operation: '' }
  const want = kind.props.parse(one.want) as JsonObject
  const found = one.found === null ? null : kind.found.parse(one.found)
  const recorded = one.recorded === undefined ? undefined : kind.found.parse(one.recorded)
  const target: Target = { host: 'h1', urn, loaded, want, recorded, adopt: false }
  return { me, target, found, want, recorded }
}

const sight = (found: JsonObject | null, owner: Owner | null): Observation => ({
  state: 'seen',
  hash: found === null ? 'absent' : 'hash',
  found,
  owner: found === null ? null : owner,
})

/** What a preview of the unchanged program shows of it: through the provider's own Diff and the plan book. */
async function previewed(
  loaded: LoadedKind,
  target: Target,
  seen: Observation,
  recorded: JsonObject | undefined,
) {
  const observations = new Observations()
  observations.set(target, seen)
  const run = new StackRun({
    phase: 'preview',
    catalogue,
    hosts: ['h1'],
    batch: () => {
      throw new Error('nothing is looked at again')
    },
    organisation: 'o',
    backend: 'b',
    observations,
    book: new PlanBook(),
    dataLoss: new Set(),
    online: true,
    clock: { now: () => 0, sleep: async () => true },
    emit: () => {},
  })
  const inputs = { ...target.want, host: 'h1' }
  const olds = { ...inputs, ...(recorded === undefined ? {} : { observed: recorded }) }
  const answer = await diff(run, { urn: target.urn, loaded }, olds, inputs)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return { answer: answer.value, row: rowsOf(run.options.book).find(({ urn }) => urn === target.urn) }
}

/** The failure that a verdict carries, in the words of a preview. */
const failureOf = ({ verdict }: Judged): Failure | undefined =>
  'failure' in verdict ? verdict.failure : 'refused' in verdict ? verdict.refused : undefined

describe.each(folders)('drift and preview agree: $folder', ({ kind, cases }) => {
  const loaded = catalogue.get(kind.token)!
  it.each(cases.filter(({ remove }) => !remove))('$title ($name)', async (one) => {
    const { me, target, found, recorded } = scene(loaded, one)
    for (const owner of [me, null, { ...me, organisation: 'other' }]) {
      const seen = sight(found, owner)
      const judged = judge(target, seen, me, none)
      const { answer, row } = await previewed(loaded, target, seen, recorded)
      const { verdict } = judged
      expect(verdict.is === 'as-declared').toBe(answer.changes === 'none')
      expect(failureOf(judged)).toEqual(row?.failure)
      if (verdict.is === 'drifted') {
        const properties = answer.changes === 'some' ? answer.properties.map(({ property }) => property) : []
        const told = verdict.properties.map(({ property }) => property)
        if (verdict.refused === undefined) expect(told).toEqual(properties)
        if (row?.change === 'update')
          for (const drift of verdict.properties)
            for (const clause of drift.secret ? [] : drift.because.split('; '))
              expect(row.because.join('; ')).toContain(clause)
      }
      if (found === null) expect(verdict.is).toBe('absent')
    }
  })

  it('shows nothing of what is secret, and that it differs', () => {
    for (const one of cases.filter(({ remove, found }) => !remove && found !== null)) {
      const { me, target, found, want } = scene(loaded, one)
      const all = new Set(Object.keys(want))
      const { verdict } = judge(target, sight(found, me), me, all)
      if (verdict.is !== 'drifted') continue
      const declared = verdict.properties.filter(({ property }) => all.has(property))
      expect(declared.every(({ secret }) => secret)).toBe(true)
    }
  })

  it('what is left as it is found is no drift, and nothing that is left is brought about', () => {
    for (const one of cases.filter(({ remove, found }) => !remove && found !== null)) {
      const { target, found, want, recorded } = scene(loaded, one)
      const plan = kind.plan(want, found, recorded)
      const leave = [...changesOf(plan)].map((property) => ({ why: 'ignored' as const, property }))
      if (leave.length === 0) continue
      const left = planLeaving({ ...target, leave }, found, recorded)
      expect(left.plan, one.name).toMatchObject({ do: 'nothing' })
      expect(left.left.length, one.name).toBeGreaterThan(0)
      for (const [at] of leave.entries()) {
        const { plan: rest } = planLeaving({ ...target, leave: [leave[at]!] }, found, recorded)
        const named = [...changesOf(rest)].includes(leave[at]!.property)
        expect(named, one.name).toBe(false)
      }
    }
  })
})

describe('acceptance', () => {
  const loaded = catalogue.get('windows:Service')!
  const { kind } = loaded
  const want = kind.props.parse({ name: 'Spooler', startMode: 'automatic', status: 'running' }) as JsonObject
  const found = { name: 'Spooler', startType: 'Manual', delayed: false, status: 'Stopped' }
  const target: Target = {
    host: 'h1',
    urn: urnOf(kind.token),
    loaded,
    want,
    recorded: undefined,
    adopt: false,
  }
  const entry = (property: string, value?: string) => ({
    property,
    reason: 'why',
    until: '2026-12-31',
    ...(value === undefined ? {} : { value }),
  })
  const now = Date.parse('2026-11-24T12:00:00Z')
  const me: Owner = { organisation: 'o', backend: 'b', urn: target.urn, operation: '' }
  const judged = (...accepted: ReturnType<typeof entry>[]) =>
    judge({ ...target, leave: leaveOf(accepted, [], now) }, sight(found, me), me, none)

  it('of one value leaves the other drift, told in the words of the input', () => {
    expect(judged(entry('startMode', 'manual'))).toMatchObject({
      verdict: {
        is: 'drifted',
        properties: [{ property: 'status', declared: 'running', found: 'stopped' }],
      },
      accepted: [{ drift: { property: 'startMode', declared: 'automatic', found: 'manual' }, reason: 'why' }],
    })
  })
  it('of another value than the one found counts for nothing', () => {
    expect(judged(entry('startMode', 'disabled'))).toMatchObject({
      verdict: { properties: [{ property: 'startMode' }, { property: 'status' }] },
      accepted: [],
    })
  })
  it('holds to the end of its day, UTC', () => {
    const at = (time: string) => leaveOf([entry('status')], [], Date.parse(time)).length
    expect([at('2026-12-31T23:59:59Z'), at('2027-01-01T00:00:00Z')]).toEqual([1, 0])
  })
  it('of part of a list leaves the part, and what else differs counts', () => {
    const machine = catalogue.get('hyperv:VirtualMachine')!
    const adapters = [{ name: 'lan', switch: 'dmz', vlan: 12, mac: '00:15:5d:01:02:03' }]
    const seen = {
      ...(folders
        .find(({ folder }) => folder === 'hyperv/virtual-machine')!
        .cases.find(({ name }) => name === 'noop-unset')!.found as JsonObject),
      adapters: [
        { id: 'a', name: 'lan', switchName: 'dmz', mac: '00155D010203', vlanMode: 'Access', vlan: 13 },
      ],
    }
    const name = String((seen as JsonObject)['name'])
    const wanted = machine.kind.props.parse({ name, adapters }) as JsonObject
    const of = (property: string, value?: number) =>
      planLeaving(
        {
          loaded: machine,
          want: wanted,
          leave: [
            {
              why: 'accepted',
              property,
              reason: 'r',
              until: '2026-12-31',
              ...(value === undefined ? {} : { value }),
            },
          ],
        },
        seen,
        undefined,
      )
    expect(of('adapters[0].mac').plan.do).not.toBe('nothing')
    expect(of('adapters[0].vlan').plan.do).toBe('nothing')
    expect(of('adapters[*].vlan', 13)).toMatchObject({ plan: { do: 'nothing' }, left: [{ value: 13 }] })
    expect(of('adapters[*].vlan', 14).left).toEqual([])
  })
  it('is refused where it would stand for something that changes together with others', () => {
    const network = catalogue.get('hyperv:VirtualSwitch')!
    const seen = folders
      .find(({ folder }) => folder === 'hyperv/virtual-switch')!
      .cases.find(({ name }) => name === 'change-internal-to-external')!
    const wanted = network.kind.props.parse(seen.want) as JsonObject
    const { plan } = planLeaving(
      { loaded: network, want: wanted, leave: [{ why: 'ignored', property: 'type' }] },
      seen.found as JsonObject,
      undefined,
    )
    expect(plan).toMatchObject({ do: 'refuse', rule: 'left-alone' })
  })
  it('is complained of precisely', () => {
    const said = (entryValue: object) => acceptComplaints(loaded, want, [entryValue as never])
    const good = entry('status')
    expect(said(good)).toEqual([])
    expect(said({ ...good, property: 'statuss' })).toEqual([
      {
        path: 'accept/0/property',
        reason:
          'expected an input of windows:Service (name, startMode, status), got statuss. Did you mean status?',
      },
    ])
    expect(said({ ...good, property: 'name' })[0]?.reason).toContain('name names the thing')
    expect(said({ ...good, property: 'a..b' })[0]?.reason).toContain('expected an input or a path')
    expect(said({ ...good, reason: '' })).toEqual([
      { path: 'accept/0/reason', reason: 'expected why it is accepted, got nothing' },
    ])
    expect(said({ ...good, until: '31.12.2026' })).toEqual([
      { path: 'accept/0/until', reason: 'expected a date like 2026-12-31, got "31.12.2026"' },
    ])
    expect(said({ ...good, value: 'paused' })[0]).toMatchObject({ path: 'accept/0/value' })
    expect(said({ ...good, because: 'x' })[0]?.reason).toContain('because')
  })
})
