import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { kindsRoot } from '../conformance/kind-folders.ts'
import { tryPoint } from './one-process.ts'
import { faultKinds, faults, nameOfPoint, pointsOf, shareOf, stages } from './points.ts'

const seed = Number(process.env['CHANCERY_SEED'] ?? Math.floor(Date.now() / 1000))
const all = await stages()

/** Steps that the case files themselves expect. */
function stepsInFiles(): number {
  const files = readdirSync(kindsRoot, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /[\\/]cases[\\/][^\\/]+\.yaml$/.test(path),
  )
  const cases = files.map(
    (file) =>
      parse(readFileSync(join(kindsRoot, file), 'utf8')) as {
        digestKey?: string
        expect: { steps?: readonly unknown[] }
      },
  )
  // Under a key nothing but the digest in the observation differs.
  const tried = cases.filter(({ digestKey }) => digestKey === undefined)
  return tried.reduce((sum, { expect: { steps } }) => sum + (steps?.length ?? 0), 0)
}

describe('faults', () => {
  it('are enumerated at every step of every case of every kind', () => {
    const points = pointsOf(all)
    expect(points).toHaveLength(stepsInFiles() * faultKinds.length)
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
