import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { basesFor, seriesOf, type Version, versionsToDrop } from './policy.ts'

const version = (name: string, size: number, day: number): Version => ({
  sha: `${name}/${size}/${day}`,
  size,
  name,
  at: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
})

describe('what a store keeps', () => {
  test('names of one series differ in their numbers only', () => {
    expect(seriesOf('App-1.2.3.msi')).toBe(seriesOf('app-1.10.msi'))
    expect(seriesOf('app-1.2.3.msi')).not.toBe(seriesOf('tool-1.2.3.msi'))
  })

  test('of each series the newest versions, then what fits', () => {
    const held = [1, 2, 3].map((n) => version(`app-${n}.msi`, 10, n))
    const incoming = version('app-4.msi', 10, 4)
    expect(versionsToDrop(held, incoming, { versions: 3, bytes: 1000 })).toEqual(['app-1.msi/10/1'])
    expect(versionsToDrop(held, incoming, { versions: 9, bytes: 25 })).toEqual([
      'app-1.msi/10/1',
      'app-2.msi/10/2',
    ])
  })

  const names = fc.constantFrom('app-1.msi', 'app-2.msi', 'tool.exe', 'Tool.exe', 'image-7.iso')
  const versions = fc
    .array(fc.tuple(names, fc.nat(100), fc.nat(50)), { maxLength: 20 })
    .map((list) => list.map((v) => version(...v)))

  test('never the last of a series, never what comes in or is in use', () => {
    fc.assert(
      fc.property(versions, names, fc.nat(4), fc.nat(300), fc.nat(19), (held, name, keep, bytes, pick) => {
        const distinct = [...new Map(held.map((v) => [v.sha, v])).values()]
        const incoming = { ...version(name, 50, 60), at: '9999-12-31T00:00:00.000Z' }
        const used = distinct[pick % Math.max(1, distinct.length)]
        const protect = new Set(used === undefined ? [] : [used.sha])
        const dropped = versionsToDrop(distinct, incoming, { versions: keep, bytes }, protect)
        expect(new Set(dropped).size).toBe(dropped.length)
        expect(dropped).not.toContain(incoming.sha)
        if (used !== undefined) expect(dropped).not.toContain(used.sha)
        const left = [...distinct.filter((v) => !dropped.includes(v.sha)), incoming]
        for (const v of distinct) expect(left.some((l) => seriesOf(l.name) === seriesOf(v.name))).toBe(true)
        const total = left.reduce((sum, v) => sum + v.size, 0)
        const single = left.filter((v) => v !== incoming && !protect.has(v.sha))
        const more = single.some((v) => left.filter((l) => seriesOf(l.name) === seriesOf(v.name)).length > 1)
        if (total > bytes) expect(more).toBe(false)
      }),
    )
  })
})

describe('what may serve as a base', () => {
  test('versions of the series first, nearest in size, then names that are alike; others not', () => {
    const held = [
      version('typescript-5.tar', 100, 1),
      version('prettier-3.6.1.tar', 50, 2),
      version('prettier-3.6.0.tar', 99, 1),
      version('prettier-next.tar', 100, 3),
    ]
    expect(basesFor('prettier-3.6.2.tar', 100, held).map((v) => v.name)).toEqual([
      'prettier-3.6.0.tar',
      'prettier-3.6.1.tar',
      'prettier-next.tar',
    ])
  })
})
