import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kindsRoot, readKind, readText } from '../conformance/kind-folders.ts'
import { hostFor, reach, walked } from '../conformance/kind-walk.ts'

/** Time is counted as processor time: what else the machine does is not measured. */
it('the longest look, at a machine with everything, takes the interpreter less than 2 ms', async () => {
  const one = walked(await readKind(kindsRoot, 'hyperv/virtual-machine'))
  const want = one.wants.reduce((a, b) => (JSON.stringify(b).length > JSON.stringify(a).length ? b : a))
  const bench = hostFor(one)
  const end = reach(bench, one, want)
  const text = readText(one.home, 'observe.ps1')
  const params = one.kind.look(want, end.to === 'wanted' ? (end.seen ?? undefined) : undefined)
  const runs = 200
  for (let i = 0; i < runs; i++) expect(bench.execute(text, params).fault).toBeUndefined()
  const before = process.cpuUsage()
  for (let i = 0; i < runs; i++) bench.execute(text, params)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000 / runs).toBeLessThan(2)
})

it('a lab of 107 sites with 5 hosts each needs less than 300 MB, and less than 3 s to listen', () => {
  const printed = execFileSync(process.execPath, [join(import.meta.dirname, 'lab.ts'), '--json'], {
    encoding: 'utf8',
  })
  const { up, after } = JSON.parse(printed) as {
    up: { hosts: number; cpuS: number; residentMiB: number }
    after: { residentMiB: number }
  }
  expect(up.hosts).toBe(535)
  expect(up.cpuS).toBeLessThan(3)
  expect(up.residentMiB * 1.048576).toBeLessThan(300)
  expect(after.residentMiB * 1.048576).toBeLessThan(300)
})
