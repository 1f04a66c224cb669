import { describe, expect, it } from 'vitest'
import { kindFolders, kindsRoot, planOf, readKind } from '../conformance/kind-folders.ts'
import { tryPoint } from './one-process.ts'
import { faultKinds, faults, nameOfPoint, pointsOf, shareOf, stages } from './points.ts'

const seed = Number(process.env['CHANCERY_SEED'] ?? Math.floor(Date.now() / 1000))
const all = await stages()

/** Points of the case files themselves: of steps that a case expects, one each; of a replacement its two halves, and what lies between. */
async function stepsInFiles(): Promise<number> {
  const kinds = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))
  return kinds
    .flatMap(({ kind, cases }) => cases.map((one) => ({ kind, one })))
    .filter(({ one }) => one.digestKey === undefined)
    .reduce((sum, { kind, one }) => {
      const { steps } = one.expect
      if (Array.isArray(steps)) return sum + steps.length
      if (one.expect.do !== 'replace') return sum
      const halves = [planOf(kind, { ...one, remove: true }), planOf(kind, { ...one, found: null })]
      return sum + 1 + halves.reduce((all, half) => all + (half.do === 'steps' ? half.steps.length : 0), 0)
    }, 0)
}

describe('faults', () => {
  it('are enumerated at every step of every case of every kind, replacements among them', async () => {
    const points = pointsOf(all)
    expect(points).toHaveLength((await stepsInFiles()) * faultKinds.length)
    expect(all.filter(({ operation }) => operation === 'replace').length).toBeGreaterThan(0)
    expect(new Set(points.map(nameOfPoint)).size).toBe(points.length)
  })

  it('a share is the same for the same seed, and has some of each fault', () => {
    const points = pointsOf(all)
    const share = shareOf(points, 0.02, seed)
    expect(shareOf(points, 0.02, seed)).toEqual(share)
    expect(new Set(share.map(({ fault }) => fault)).size).toBe(faultKinds.length)
  })

  const inOneProcess = faultKinds.filter((fault) => faults[fault].in === 'one process')
  it(`lose nothing, do nothing twice and are told as they are: a share of those in one process, seed ${seed}`, async () => {
    const share = shareOf(pointsOf(all, inOneProcess), 0.12, seed)
    const failures: string[] = []
    for (const point of share)
      for (const { counter, what } of await tryPoint(point))
        failures.push(`${counter}: ${nameOfPoint(point)}: ${what}`)
    expect(failures).toEqual([])
  }, 120_000)
})
