import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../lib/domain/json.ts'
import { kindFolders, kindsRoot, readKind } from './kind-folders.ts'
import { sceneComplaints } from './kind-scenes.ts'
import {
  hostFor,
  needsRestart,
  others,
  reach,
  underKey,
  unseen,
  walked,
  type WalkedKind,
} from './kind-walk.ts'
import type { LabBench } from './lab-bench.ts'

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
  walked,
)

/** As `reach`; whatever breaks a rule fails the test. */
function reached(bench: LabBench, one: WalkedKind, want: JsonObject, recorded?: JsonObject) {
  const end = reach(bench, one, want, recorded)
  if (end.to === 'wrong') throw new Error(`${JSON.stringify(want)}: ${end.complaint}`)
  return end
}

const keyed = kinds.flatMap(underKey)

it('there are kinds that look under a key, and nothing else of their looks differs', () => {
  expect(keyed.map(({ folder }) => folder)).toContain('windows/file')
  for (const { kind, folder, wants } of keyed) {
    const plain = kinds.find((one) => one.folder === folder)!.kind
    for (const want of wants)
      expect({ ...kind.look(want, undefined), digestKey: null }).toEqual(plain.look(want, undefined))
  }
})

describe.each([...kinds, ...keyed])('$title on the lab', (one) => {
  const { wants, kind } = one

  it('brings a host to whatever its cases declare, each step twice, and nothing else is seen otherwise', () => {
    let acted = 0
    for (const want of wants) {
      const bench = hostFor(one)
      const before = others(bench, kinds, one, want)
      const end = reached(bench, one, want)
      if (end.to === 'nowhere') expect(end.why).toMatch(/^(refuse|defer|error Chancery\.NotYet: )/)
      else if (end.acted && !needsRestart(kind.plan(want, null, undefined))) {
        expect(others(bench, kinds, one, want)).toEqual(before)
        acted += 1
      }
      if (needsRestart(kind.plan(want, null, undefined))) acted += 1
    }
    expect(acted).toBeGreaterThan(0)
  })

  it('gets from anything that its cases declare to anything else that they declare', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), fc.constantFrom(...wants), (from, to) => {
        fc.pre(kind.identity(from) === kind.identity(to))
        const bench = hostFor(one)
        const first = reached(bench, one, from)
        fc.pre(first.to === 'wanted' && first.seen !== null)
        const second = reached(bench, one, to, first.to === 'wanted' ? (first.seen ?? undefined) : undefined)
        if (second.to === 'nowhere') expect(second.why).toMatch(/^(refuse|defer|replace)/)
      }),
      { numRuns: 60 },
    )
  })

  it('removes what it made, each step twice, and leaves what is not its own', () => {
    for (const want of wants) {
      const bench = hostFor(one)
      const end = reached(bench, one, want)
      if (end.to !== 'wanted' || end.seen === null) continue
      const { seen } = end
      const removal = kind.remove(want, seen, seen)
      expect(bench.act(one, removal, 2)).toBeUndefined()
      if (needsRestart(removal)) bench.world.restarted()
      const left = bench.printed(one, want, seen)
      if (removal.do === 'steps') expect(left).toBe('absent')
      else expect(JSON.parse(left)).toEqual(seen)
    }
  })

  it('does in every scene what the scene expects', () => {
    expect([...sceneComplaints(one)]).toEqual([])
  })

  it('is neither there nor absent where it cannot be asked', () => {
    expect([...unseen(one)]).toEqual([])
  })
})
