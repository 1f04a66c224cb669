import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Executor } from '../../lib/lab/executor.ts'
import type { World } from '../../lib/lab/world/world.ts'
import {
  kindFolders,
  kindsRoot,
  planOf,
  readKind,
  readText,
  scriptNames,
} from '../conformance/kind-folders.ts'
import { hostFor, walkComplaints, walked, type WalkedKind } from '../conformance/kind-walk.ts'
import { onVolumeC, withExecutor } from '../conformance/lab-bench.ts'
import { RealEngine } from './second-executor/engine.ts'
import { parting, type Run, traced } from './second-executor/trace.ts'

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
  walked,
)

let engine: RealEngine
beforeAll(() => {
  engine = new RealEngine()
})
afterAll(() => engine.close())

/** Does the same work under both executors; what each was asked and answered, script by script. */
function both(work: () => void): { readonly interpreter: readonly Run[]; readonly engine: readonly Run[] } {
  const under = (make: (world: World, interpreter: Executor) => Executor): readonly Run[] => {
    const runs: Run[] = []
    withExecutor((world, interpreter) => traced(make(world, interpreter), world, runs), work)
    return runs
  }
  return {
    interpreter: under((_world, interpreter) => interpreter),
    engine: under((world) => engine.of(world)),
  }
}

/** The steps of every case, on a host that the case does not describe: most of them fail, each in its own way. */
function casesElsewhere(one: WalkedKind, prepare: (world: World) => void): void {
  for (const each of one.cases) {
    const plan = planOf(one.kind, each)
    const bench = hostFor(one)
    prepare(bench.world)
    bench.printed(one, one.kind.props.parse(onVolumeC(each.want)) as never)
    for (const step of plan.do === 'steps' ? plan.steps : []) {
      const there = { ...step, params: onVolumeC(step.params) as typeof step.params }
      bench.act(one, { do: 'steps', steps: [there] })
    }
  }
}

describe.each(kinds)('$folder under the interpreter and under real PowerShell', (one) => {
  const ran = new Set<string>()
  const same = (work: () => void): void => {
    const runs = both(work)
    expect(parting(runs.interpreter, runs.engine)).toBeUndefined()
    expect(runs.interpreter.length).toBeGreaterThan(0)
    for (const { script } of runs.interpreter) ran.add(script)
    console.log(one.folder, runs.interpreter.length)
  }

  test('walks from case to case with the same answers and the same worlds', () => {
    same(() => expect([...walkComplaints(one, [one])]).toEqual([]))
  })

  test('fails the same where a case meets another host', () => {
    same(() => casesElsewhere(one, () => undefined))
  })

  test('fails the same for an account without rights', () => {
    same(() => casesElsewhere(one, (world) => void (world.rights = 'denied')))
  })

  test('has no script that none of this ran', () => {
    const missed = scriptNames(one).filter((name) => !ran.has(readText(one.home, name)))
    expect(missed).toEqual([])
  })
})
