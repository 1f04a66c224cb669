import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../lib/domain/json.ts'
import type { Plan } from '../../lib/kinds/kind.ts'
import { type KindFolder, kindFolders, kindsRoot, readKind } from './kind-folders.ts'
import { type LabBench, labBench, onVolumeC } from './lab-bench.ts'

/** Everything that the cases of a kind declare, each once, on the lab's volume. */
const wantsOf = ({ kind, cases }: KindFolder): readonly JsonObject[] => {
  const distinct = new Map(cases.map(({ want }) => [JSON.stringify(want), onVolumeC(want)]))
  return [...distinct.values()].map((want) => kind.props.parse(want) as JsonObject)
}

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
  (one) => ({
    ...one,
    wants: wantsOf(one),
  }),
)

/** A host with what the cases need around what they declare. */
function hostFor(one: KindFolder): LabBench {
  const bench = labBench(one.kind.needsFeature === undefined ? 'bare' : 'hyperv')
  for (const name of ['Ethernet 3', 'Ethernet 4']) {
    bench.world.network.add({ name, description: `Card ${name}`, virtual: false, switchId: undefined })
  }
  if (one.folder !== 'hyperv/virtual-machine') return bench
  for (const folder of ['C:\\D\\VHDs', 'C:\\D\\iso']) bench.world.files.makeFolder(folder)
  for (const iso of ['setup', 'tools']) bench.world.files.write(`C:\\D\\iso\\${iso}.iso`, 'x')
  for (const disk of ['fs1.vhdx', 'fs1-data.vhdx', '2.vhdx', 'old.vhd']) {
    bench.prepare(
      `$null = New-VHD -Path 'C:\\D\\VHDs\\${disk}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop`,
    )
  }
  for (const name of ['lan', 'dmz', 'backup']) {
    bench.prepare(`$null = New-VMSwitch -Name '${name}' -SwitchType Private -ErrorAction Stop`)
  }
  return bench
}

/** What every kind sees of everything that the cases declare, but for the thing itself. */
const others = (bench: LabBench, one: KindFolder, want: JsonObject): readonly string[] =>
  kinds.flatMap((other) =>
    other.wants
      .filter((each) => other.folder !== one.folder || other.kind.identity(each) !== one.kind.identity(want))
      .map((each) => `${other.kind.token}|${other.kind.identity(each)} ${bench.printed(other, each)}`),
  )

const restarts = (plan: Plan): boolean =>
  plan.do === 'steps' && plan.steps.some((step) => step.effects.includes('needs-host-restart'))

/** Brings the host to what is wanted, each step twice. What is seen then, or why it is not to be. */
function reach(bench: LabBench, one: KindFolder, want: JsonObject, recorded?: JsonObject) {
  const before = bench.printed(one, want, recorded)
  if (before.startsWith('error ')) return { not: before }
  const found = before === 'absent' ? null : one.kind.found.parse(JSON.parse(before))
  const plan = one.kind.plan(want, found, recorded)
  if (plan.do !== 'steps') return plan.do === 'nothing' ? { seen: found } : { not: plan.do }
  expect(bench.act(one, plan, 2)).toBeUndefined()
  if (restarts(plan)) {
    expect(one.kind.plan(want, bench.look(one, want, recorded), recorded).do).toBe('defer')
    bench.world.restarted()
  }
  const seen = bench.look(one, want, recorded)
  expect(one.kind.plan(want, seen, seen ?? undefined)).toMatchObject({ do: 'nothing' })
  return { seen, acted: true }
}

describe.each(kinds)('$folder on the lab', (one) => {
  const { wants, kind } = one

  it('brings a host to whatever its cases declare, each step twice, and nothing else is seen otherwise', () => {
    let acted = 0
    for (const want of wants) {
      const bench = hostFor(one)
      const before = others(bench, one, want)
      const reached = reach(bench, one, want)
      if (reached.not !== undefined) expect(reached.not).toMatch(/^(refuse|defer|error Chancery\.NotYet: )/)
      else if (reached.acted === true && !restarts(kind.plan(want, null, undefined))) {
        expect(others(bench, one, want)).toEqual(before)
        acted += 1
      }
      if (restarts(kind.plan(want, null, undefined))) acted += 1
    }
    expect(acted).toBeGreaterThan(0)
  })

  it('gets from anything that its cases declare to anything else that they declare', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), fc.constantFrom(...wants), (from, to) => {
        fc.pre(kind.identity(from) === kind.identity(to))
        const bench = hostFor(one)
        const first = reach(bench, one, from)
        fc.pre(first.not === undefined && first.seen !== null)
        const second = reach(bench, one, to, first.seen ?? undefined)
        if (second.not !== undefined) expect(second.not).toMatch(/^(refuse|defer|replace)/)
      }),
      { numRuns: 60 },
    )
  })

  it('removes what it made, each step twice, and leaves what is not its own', () => {
    for (const want of wants) {
      const bench = hostFor(one)
      const { seen } = reach(bench, one, want)
      if (seen === undefined || seen === null) continue
      const removal = kind.remove(want, seen, seen)
      expect(bench.act(one, removal, 2)).toBeUndefined()
      if (restarts(removal)) bench.world.restarted()
      const left = bench.printed(one, want, seen)
      if (removal.do === 'steps') expect(left).toBe('absent')
      else expect(JSON.parse(left)).toEqual(seen)
    }
  })
})
