import { expect, it } from 'vitest'
import { clocksApart } from './clocks.ts'

const now = Date.parse('2026-11-24T12:00:00Z')

it('says both times where they are apart, and that nobody here knows which is right', () => {
  expect(clocksApart('2026-11-25T12:00:00Z', now)).toMatch(
    /^this machine says that it is 2026-11-24 12:00 UTC, the host 2026-11-25 12:00 UTC: one of them is wrong\./,
  )
  expect(clocksApart('2026-11-23T12:00:00Z', now)).toMatch(/the host 2026-11-23 12:00 UTC/)
})

it('says nothing of minutes, and of a host that says no time', () => {
  for (const theirs of ['2026-11-24T12:20:00Z', '2026-11-24T11:40:00Z', undefined, 'noon'])
    expect(clocksApart(theirs, now)).toBeUndefined()
})
