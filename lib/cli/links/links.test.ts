import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Link, Site } from '../../domain/site.ts'
import { type Board, openBoard } from '../../link/board.ts'
import { thisProcess } from '../../link/this-process.ts'
import { beirut, sampleSite } from '../view/sample.test-rig.ts'
import { UsageError } from '../command.ts'
import { leaveOf } from './leave.ts'
import { restartWaits } from './restart-window.ts'
import { linkRows } from './rows.ts'
import { parseUntil } from './switch-video.ts'
import { fitting } from './show.ts'
import { linksText } from './view.ts'

const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds

describe('a time that a person names', () => {
  const now = at('2026-03-28T23:30[Asia/Beirut]')
  test.each([
    ['23:45', '2026-03-28T23:45[Asia/Beirut]'],
    // Clocks go from midnight to one: what they skip is the instant of the change.
    ['00:30', '2026-03-29T01:00[Asia/Beirut]'],
    ['22:00', '2026-03-29T22:00[Asia/Beirut]'],
    ['2026-12-24T08:00', '2026-12-24T08:00[Asia/Beirut]'],
  ])('%s is on the site’s clock, and to come', (text, expected) => {
    expect(parseUntil(text, 'Asia/Beirut', now)).toEqual({ ok: true, value: at(expected) })
  })

  test.each(['24:00', '8:00', '2026-02-30T08:00', 'noon', '2026-03-28T08:00'])('%s is refused', (text) => {
    expect(parseUntil(text, 'Asia/Beirut', now)).toMatchObject({ ok: false })
  })
})

describe('leave', () => {
  test('outside the window needs a reason, and a reason needs --now', () => {
    expect(() => leaveOf({ now: true })).toThrow(UsageError)
    expect(() => leaveOf({ now: true, reason: '  ' })).toThrow('--now: expected --reason beside it')
    expect(() => leaveOf({ reason: 'x' })).toThrow('--reason: expected --now beside it')
    expect(leaveOf({ now: true, reason: ' mail is down ' })).toEqual({
      reason: 'mail is down',
      onBackup: false,
    })
    expect(leaveOf({})).toEqual({ onBackup: false })
  })

  test('a restart needs ten minutes of the window, and says when it has them', () => {
    const link = {
      ...beirut.link,
      windows: [{ days: ['tue' as const], fromMinute: 1200, toMinute: 1260 }],
    }
    expect(restartWaits([link], at('2026-11-24T20:45[Asia/Beirut]'))).toBe(undefined)
    expect(restartWaits([link], at('2026-11-24T20:55[Asia/Beirut]'))).toMatch(
      /^the plan takes about 10 minutes, the window closes in 5 minutes; it fits at 2026-12-01 20:00 Asia\/Beirut/,
    )
  })
})

describe('chancery links', () => {
  let folder: string
  let board: Board
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-rows-'))
    board = openBoard(join(folder, 'links.sqlite'))
  })
  afterAll(() => {
    board.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const now = at('2026-11-24T12:00[Asia/Beirut]')
  const link: Link = {
    ...sampleSite('beirut', { medium: 'satellite', kbitPerS: 512, rttMs: 600 }).link,
    budget: [
      { days: ['tue'], fromMinute: 480, toMinute: 1080, kbitPerS: 128 },
      {
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        fromMinute: 0,
        toMinute: 1440,
        kbitPerS: 480,
      },
    ],
    video: { atMostKbitPerS: 64 },
    blackouts: [{ from: '2026-11-24T10:00', to: '2026-11-24T14:00', because: 'Elections' }],
  }
  const site: Site = { ...beirut, link }

  test('without anything that ran says what the inventory says, in the site’s time', () => {
    const text = linksText(linkRows([site], undefined, now), now, undefined)
    expect(text).toContain('128 kbit/s')
    expect(text).toContain('480 kbit/s in 6 h 00 min, 18:00')
    expect(text).toContain('closed until 2026-11-24 14:00 (blackout: Elections)')
  })

  test('as part of a rollout says whose window or blackout holds it, and when both are open next', () => {
    const rules = {
      of: 'rollout spring-mail',
      timeZone: 'Europe/Copenhagen',
      windows: [{ days: ['tue' as const, 'wed' as const], fromMinute: 600, toMinute: 1320 }],
    }
    const rollout = {
      ...{ id: 'spring-mail', description: 'Mail', program: 'mission', sites: ['beirut'] },
      rules: new Map([['beirut', [rules]]]),
    }
    const shown = (text: string): string =>
      linksText(
        linkRows([site], undefined, at(`${text}[Asia/Beirut]`), rollout),
        at(`${text}[Asia/Beirut]`),
        undefined,
      )
    // 10:00 to 22:00 in Copenhagen is 11:00 to 23:00 in Beirut.
    expect(shown('2026-11-24T10:30')).toMatch(
      /closed \(blackout: Elections, rollout\) +2026-11-24 14:00-23:00, 2026-11-25 11:00-23:00/,
    )
    expect(shown('2026-11-24T12:00')).toMatch(/closed \(blackout: Elections\) +2026-11-24 14:00-23:00/)
    expect(shown('2026-11-24T15:00')).toMatch(/open +2026-11-24 14:00-23:00, 2026-11-25 11:00-23:00/)
  })

  test('kept live is never longer than the terminal, and says so', () => {
    const lines = ['a', 'b', 'c', 'd', 'e']
    expect(fitting(lines, 6)).toEqual(lines)
    expect(fitting(lines, undefined)).toEqual(lines)
    expect(fitting(lines, 5)).toEqual(['a', 'b', 'c', '(more than fits: name fewer links)'])
  })

  test('says who uses a link, what waits and why, what live video leaves, and what was measured', () => {
    const me = thisProcess()
    const state = {
      jobs: { running: 1, control: 2, bulk: 0 },
      writes: { control: 0, bulk: 7 },
      leased: true,
      bytesSent: 10,
      bulkHeld: 'the window is closed',
      breaker: { state: 'open', because: 'no route', until: at('2026-11-24T12:05[Asia/Beirut]') },
    }
    board.put(
      'process',
      'beirut',
      { pid: me.pid, started: me.started, place: me.place, by: 'ann@desk', command: 'up', state },
      now,
    )
    board.put(
      'switch',
      'beirut',
      { atMostKbitPerS: 64, until: now + 3_600_000, by: 'bob@desk', since: now },
      now,
    )
    board.put('measured', 'beirut', { rttMs: 633, rttAt: now, kbitPerS: 119, rateAt: now }, now)
    const [row] = linkRows([site], board, now)
    expect(row).toMatchObject({
      budgetKbitPerS: 64,
      next: { at: now + 3_600_000, kbitPerS: 128 },
      holders: [{ pid: me.pid, running: 1, leased: true, waiting: { control: 2, bulk: 7 } }],
    })
    const text = linksText([row!], now, undefined)
    for (const part of [
      '633 ms, 119 kbit/s',
      `up, process ${me.pid} of ann@desk, at work, 2 exchanges and 7 bulk writes wait`,
      'video: switched on by bob@desk',
      'breaker open: no route, tried at 12:05',
      'bulk waits: the window is closed',
    ])
      expect(text).toContain(part)
  })
})
