import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import type { Plan } from '../../lib/kinds/kind.ts'
import { kindFolders, kindsRoot, readKind } from './kind-folders.ts'
import { hostFor, needsRestart, reach, walked, type WalkedKind } from './kind-walk.ts'
import { wantsOf } from './kind-wants.ts'
import type { LabBench } from './lab-bench.ts'

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
  walked,
)

/** Generated pairs a kind. */
const runs = Number(process.env['CHANCERY_PROPERTY_RUNS'] ?? 60)

/** What is wrong with a plan that does nothing to the host; nothing when it says why and what a person can do. */
function unexplained(plan: Plan): string | undefined {
  if (plan.do === 'steps') return undefined
  if (plan.because.trim() === '') return `${plan.do} without a reason`
  if (plan.do === 'refuse' && !/^[a-z][a-z0-9-]+$/.test(plan.rule)) return `a rule named '${plan.rule}'`
  if ((plan.do === 'refuse' || plan.do === 'defer') && plan.fix.trim() === '')
    return `${plan.do} without a fix`
  if (plan.do === 'replace' && plan.properties.length === 0) return 'a replacement without a property'
  return undefined
}

/** Removes what is there, as the first half of a replacement does. What is wrong, or nothing. */
function removed(bench: LabBench, one: WalkedKind, want: JsonObject, seen: JsonObject): string | undefined {
  const removal = one.kind.remove(want, seen, seen)
  const failed = bench.act(one, removal, 2)
  if (failed !== undefined) return failed
  if (needsRestart(removal)) bench.world.restarted()
  return removal.do === 'steps' && bench.printed(one, want, seen) !== 'absent'
    ? 'it is still there'
    : undefined
}

/** Brings the host to a want, over a replacement where one is planned. What it looks like then; undefined: a rule forbids it. */
function brought(
  bench: LabBench,
  one: WalkedKind,
  want: JsonObject,
  recorded: JsonObject | undefined,
): JsonObject | null | undefined {
  const end = reach(bench, one, want, recorded)
  if (end.to === 'wrong') throw new Error(end.complaint)
  if (end.to === 'wanted') return end.seen
  const before = bench.printed(one, want, recorded)
  if (before.startsWith('error ')) {
    expect(before).toMatch(/^error Chancery\.NotYet/)
    return undefined
  }
  const found = before === 'absent' ? null : (one.kind.found.parse(JSON.parse(before)) as JsonObject)
  const plan = one.kind.plan(want, found, recorded)
  expect(unexplained(plan)).toBeUndefined()
  if (plan.do !== 'replace' || found === null) return undefined
  expect(removed(bench, one, want, found)).toBeUndefined()
  const again = reach(bench, one, want)
  if (again.to === 'wrong') throw new Error(again.complaint)
  return again.to === 'wanted' ? again.seen : undefined
}

describe.each(kinds)('$folder, from anything to anything', (one) => {
  it('gets there, or a rule says why not; then nothing is left to do', () => {
    let arrived = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...one.wants).chain((base) => fc.tuple(wantsOf(one, base), wantsOf(one, base))),
        ([from, to]) => {
          const bench = hostFor(one)
          const first = brought(bench, one, from, undefined)
          const second = brought(bench, one, to, first ?? undefined)
          if (second !== undefined) arrived += 1
        },
      ),
      { numRuns: runs },
    )
    expect(arrived).toBeGreaterThan(runs / 10)
  })
})

/** Texts that a want holds, folded: two wants that share one may be about one thing. */
const textsOf = (value: Json): readonly string[] =>
  typeof value === 'string'
    ? [value.toLowerCase()]
    : value === null || typeof value !== 'object'
      ? []
      : Object.values(value as JsonObject).flatMap(textsOf)

type Wanted = { readonly folder: string; readonly want: JsonObject }

const kindOf = (folder: string): WalkedKind => {
  const one = kinds.find((each) => each.folder === folder)
  if (one === undefined) throw new Error(`no kind ${folder}`)
  return one
}

const independent = (all: readonly Wanted[]): boolean =>
  all.every((a, i) =>
    all.slice(i + 1).every((b) => {
      const texts = new Set(textsOf(a.want).filter((text) => text.length > 2))
      const identity = (each: Wanted) => `${each.folder}|${kindOf(each.folder).kind.identity(each.want)}`
      return identity(a) !== identity(b) && !textsOf(b.want).some((text) => texts.has(text))
    }),
  )

/** What a host looks like to each of them in the end, without what Windows draws by lot. */
function outcome(all: readonly Wanted[], order: readonly number[]): readonly string[] {
  const bench = hostFor(kindOf('hyperv/virtual-machine'))
  const ends = new Map(
    order.map((at) => {
      const { folder, want } = all[at] as Wanted
      const end = reach(bench, kindOf(folder), want)
      if (end.to === 'wrong') throw new Error(end.complaint)
      return [at, end.to === 'nowhere' ? end.why.split(':')[0] : 'wanted'] as const
    }),
  )
  return all.map(({ folder, want }, at) => {
    const seen = bench
      .printed(kindOf(folder), want)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, 'id')
    return `${ends.get(at)} ${seen}`
  })
}

describe('resources that do not name each other', () => {
  it('end the same in whatever order they are brought about', () => {
    const wanted = fc
      .constantFrom(...kinds)
      .chain((one) =>
        fc
          .constantFrom(...one.wants)
          .chain((base) => wantsOf(one, base).map((want): Wanted => ({ folder: one.folder, want }))),
      )
    let compared = 0
    fc.assert(
      fc.property(
        fc.array(wanted, { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        (all, draw) => {
          fc.pre(independent(all))
          const order = all.map((_, at) => at)
          const shuffled = order
            .map((at) => [draw.next().value as number, at] as const)
            .sort(([a], [b]) => a - b)
            .map(([, at]) => at)
          expect(outcome(all, shuffled)).toEqual(outcome(all, order))
          compared += 1
        },
      ),
      { numRuns: runs },
    )
    expect(compared).toBeGreaterThan(runs / 10)
  })
})
