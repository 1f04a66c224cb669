import { describe, expect, it } from 'vitest'
import type { Event } from '../../domain/event.ts'
import { defaultPatienceMs } from '../../reconcile/patience.ts'
import { patienceAt } from './patience-at.ts'

const at = (text: string): number => Date.parse(text)
const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const rules = (...windows: readonly (readonly [number, number])[]) => ({
  timeZone: 'UTC',
  windows: windows.map(([fromMinute, toMinute]) => ({ days: everyDay, fromMinute, toMinute })),
})
const early = rules([0, 360])

describe('a lost host is tried again', () => {
  it('until its window closes', () => {
    const { leftMs } = patienceAt('h1', early, () => {}, undefined)
    expect(leftMs(at('2026-11-24T05:00:00Z'))).toBe(3_600_000)
  })
  it('for five minutes outside its window, and where it has none', () => {
    const { leftMs } = patienceAt('h1', rules([0, 1440]), () => {}, undefined)
    expect(leftMs(at('2026-11-24T12:00:00Z'))).toBe(defaultPatienceMs)
    const closed = patienceAt('h1', early, () => {}, undefined)
    expect(closed.leftMs(at('2026-11-24T12:00:00Z'))).toBe(defaultPatienceMs)
  })
  it('for as long as is said, where that is', () => {
    expect(patienceAt('h1', early, () => {}, 1000).leftMs(at('2026-11-24T05:00:00Z'))).toBe(1000)
  })
  it('and each try is told', () => {
    const events: Event[] = []
    patienceAt('h1', early, (event) => void events.push(event), 1000).told(3, 1500, 120_000)
    expect(events).toEqual([
      {
        kind: 'link',
        host: 'h1',
        state: 'retrying',
        detail: 'connection lost during an act; try 3 in 2 s, given up in 2 min',
      },
    ])
  })
})
