import { globSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../lib/domain/json.ts'
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
import { listingComplaints } from '../conformance/kind-listing.ts'
import { hostFor, underKey, walkComplaints, walked, type WalkedKind } from '../conformance/kind-walk.ts'
import { labBench, onVolumeC, withExecutor } from '../conformance/lab-bench.ts'
import { RealEngine } from './second-executor/engine.ts'
import { happenings, play } from './second-executor/happenings.ts'
import { parting, type Run, traced } from './second-executor/trace.ts'

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
  walked,
)

/** Generated states of a host, a kind. */
const states = Number(process.env['CHANCERY_STATES'] ?? 200)

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

/** What scripts that belong to no kind are given, where it is more than nothing. */
const given: { readonly [script: string]: readonly JsonObject[] } = {
  'cli/doctor/no-such-file': [{ path: 'C:\\chancery-doctor-no-such-file' }, { path: 'C:\\Windows' }],
  'cli/doctor/no-such-machine': [{ id: '00000000-0000-4000-8000-000000000000' }],
  'cli/doctor/no-such-service': [{ name: 'chancery-doctor-no-such-service' }, { name: 'Spooler' }],
}

/** Scripts whose answers are not compared, and why. */
const notComparable: { readonly [script: string]: string } = {
  'cli/doctor/deep/language': 'the interpreter has no $ExecutionContext',
  'cli/doctor/deep/process': 'it measures the process that runs it',
  'cli/doctor/whole/run-checks':
    'it stands in for the worker where SSH does not reach, and is no script of a worker',
}

const lib = join(kindsRoot, '..')
const others = globSync('{cli,provider}/**/*.ps1', { cwd: lib })
  .map((path) => path.slice(0, -4))
  .sort()

/** A script on each kind of host, with and without rights. */
const partingOf = (script: string): readonly unknown[] =>
  (['bare', 'hyperv'] as const).flatMap((image) =>
    (['full', 'denied'] as const).map((rights) => {
      const runs = both(() => {
        const bench = labBench(image)
        bench.world.rights = rights
        for (const params of given[script] ?? [{}]) bench.execute(readText(lib, `${script}.ps1`), params)
      })
      expect(runs.interpreter.length).toBeGreaterThan(0)
      return parting(runs.interpreter, runs.engine)
    }),
  )

test.each(others.filter((script) => notComparable[script] === undefined))(
  '%s answers the same on each kind of host, with and without rights',
  (script) => {
    expect(partingOf(script)).toEqual([undefined, undefined, undefined, undefined])
  },
)

test.each(Object.entries(notComparable))('%s is not compared: %s', (script) => {
  expect(others).toContain(script)
  expect(partingOf(script)).not.toContain(undefined)
})

test('every static type that a compared script uses is the simulation’s, or reaches no machine', () => {
  const driver = readText(import.meta.dirname, 'second-executor', 'stubs.ps1')
  const redirected = [...driver.matchAll(/^ {8}'([\w.]+)' = \[Lab\w+\]$/gm)].map((found) => found[1])
  const texts = [
    ...others
      .filter((script) => notComparable[script] === undefined)
      .map((script) => readText(lib, `${script}.ps1`)),
    ...kinds.flatMap((one) => scriptNames(one).map((name) => readText(one.home, name))),
  ]
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(/\[([\w.]+)\]::/g)].map((found) => found[1])),
  )
  const pure = ['NullString', 'string', 'Convert']
  expect([...used].filter((type) => ![...redirected, ...pure].includes(type))).toEqual([])
})

describe.each([...kinds, ...kinds.flatMap(underKey)])(
  '$title under the interpreter and under real PowerShell',
  (one) => {
    const ran = new Set<string>()
    const same = (work: () => void): void => {
      const runs = both(work)
      expect(parting(runs.interpreter, runs.engine)).toBeUndefined()
      expect(runs.interpreter.length).toBeGreaterThan(0)
      for (const { script } of runs.interpreter) ran.add(script)
    }

    test('walks from case to case with the same answers and the same worlds', { timeout: 180_000 }, () => {
      same(() => expect([...walkComplaints(one, [one])]).toEqual([]))
    })

    // Under a key a kind has the listing and the scripts of the kind itself.
    const itself = one.title === one.folder
    test.each(itself && one.kind.listing !== undefined ? ['lists the same'] : [])(
      '%s',
      { timeout: 180_000 },
      () => {
        same(() => expect([...listingComplaints(one)]).toEqual([]))
        same(() => {
          const bench = labBench('hyperv')
          bench.world.rights = 'denied'
          bench.execute(readText(one.home, 'list.ps1'), { below: ['C:\\none'] })
        })
      },
    )

    test('fails the same where a case meets another host', () => {
      same(() => casesElsewhere(one, () => undefined))
    })

    test('fails the same for an account without rights', () => {
      same(() => casesElsewhere(one, (world) => void (world.rights = 'denied')))
    })

    test('is the same on hosts to which anything happened', { timeout: 60_000 + states * 1000 }, () => {
      fc.assert(
        fc.property(happenings, (all) => same(() => play(one, all))),
        { numRuns: states },
      )
    })

    test.each(itself ? ['has no script that none of this ran'] : [])('%s', () => {
      const missed = scriptNames(one).filter((name) => !ran.has(readText(one.home, name)))
      expect(missed).toEqual([])
    })
  },
)
