import { describe, expect, test } from 'vitest'
import type { Event } from '../domain/event.ts'
import type { Link, LinkMedium, Weekday } from '../domain/site.ts'
import { BreakerOpen } from './door.ts'
import { createLink } from './link.ts'
import { ManualClock, settled } from './manual-clock.ts'
import { overallQueue } from './queue.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const workdays = week.slice(0, 5)

const beirut = (medium: LinkMedium = 'satellite'): Link => ({
  id: 'beirut',
  medium,
  secondLine: 'none',
  kbitPerS: 512,
  rttMs: 600,
  timeZone: 'Asia/Beirut',
  budget: [
    { days: workdays, fromMinute: 480, toMinute: 1080, kbitPerS: 128 },
    { days: week, fromMinute: 0, toMinute: 1440, kbitPerS: 480 },
  ],
  windows: [],
})

/** Noon of a Tuesday in Beirut. */
const noon = Date.UTC(2026, 10, 24, 10)

function open(medium: LinkMedium = 'satellite', overall = overallQueue()) {
  const clock = new ManualClock(noon)
  const events: Event[] = []
  const door = createLink({
    link: beirut(medium),
    clock,
    emit: (event) => events.push(event),
    random: () => 0.5,
    overall,
  })
  return { clock, events, door }
}

/** A job that a test starts, watches and ends. */
function job(log: string[], name: string) {
  let end = (): void => undefined
  const done = new Promise<void>((resolve) => (end = resolve))
  return {
    end,
    run: async () => {
      log.push(name)
      await done
      return name
    },
  }
}

describe('a link', () => {
  test('runs one job at a time on a satellite, two elsewhere', async () => {
    for (const [medium, atOnce] of [
      ['satellite', 1],
      ['terrestrial', 2],
      ['lan', 2],
    ] as const) {
      const { door } = open(medium)
      const log: string[] = []
      const jobs = ['a', 'b', 'c'].map((name) => job(log, name))
      const results = jobs.map(({ run }) => door.run('control', run))
      await settled()
      expect(log.length).toBe(atOnce)
      expect(door.state().jobs).toEqual({ running: atOnce, control: 3 - atOnce, bulk: 0 })
      for (const { end } of jobs) end()
      expect(await Promise.all(results)).toEqual(['a', 'b', 'c'])
      expect(door.state().jobs).toEqual({ running: 0, control: 0, bulk: 0 })
    }
  })

  test('keeps no control waiting while a transfer runs, and runs one transfer at a time', async () => {
    const { door } = open()
    const log: string[] = []
    const jobs = { first: job(log, 'first'), second: job(log, 'second'), control: job(log, 'control') }
    const all = [
      door.run('bulk', jobs.first.run),
      door.run('bulk', jobs.second.run),
      door.run('control', jobs.control.run),
    ]
    await settled()
    expect(log).toEqual(['first', 'control'])
    jobs.first.end()
    await settled()
    expect(log).toEqual(['first', 'control', 'second'])
    jobs.second.end()
    jobs.control.end()
    await Promise.all(all)
  })

  test('takes an aborted job out of the queue with the reason, and leaves a started one alone', async () => {
    const { door } = open()
    const log: string[] = []
    const abort = new AbortController()
    const running = job(log, 'running')
    const started = door.run('control', running.run, abort.signal)
    const waiting = door.run('control', job(log, 'waiting').run, abort.signal)
    await settled()
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
    let ended = false
    const next = door.run('control', () => Promise.resolve((ended = true)))
    await settled()
    expect(ended).toBe(false)
    running.end()
    expect(await started).toBe('running')
    await next
    expect(log).toEqual(['running'])
    expect(door.state().jobs).toEqual({ running: 0, control: 0, bulk: 0 })
    await expect(door.run('control', job(log, 'late').run, abort.signal)).rejects.toThrow('interrupted')
  })

  test('shares a number of places with all other links', async () => {
    const overall = overallQueue(1)
    const [one, two] = [open('lan', overall).door, open('lan', overall).door]
    const log: string[] = []
    const first = job(log, 'first')
    const second = job(log, 'second')
    const all = [one.run('control', first.run), two.run('control', second.run)]
    await settled()
    expect(log).toEqual(['first'])
    first.end()
    second.end()
    await Promise.all(all)
    expect(log).toEqual(['first', 'second'])
  })

  test('passes on what a job throws and stays usable', async () => {
    const { door } = open()
    await expect(door.run('control', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
    expect(await door.run('control', () => Promise.resolve(1))).toBe(1)
  })

  test('opens its breaker after three failures, tells so once, and refuses without running anything', async () => {
    const { door, events, clock } = open()
    for (let i = 0; i < 4; i++) door.failed('no route to host')
    expect(events).toEqual([
      { kind: 'breaker', link: 'beirut', state: 'open', because: 'no route to host; the next try in 4 s' },
    ])
    const log: string[] = []
    const refused = await door.run('control', job(log, 'x').run).catch((e: unknown) => e)
    expect(refused).toBeInstanceOf(BreakerOpen)
    expect(refused).toMatchObject({ until: clock.now() + 3_750, because: 'no route to host' })
    expect(log).toEqual([])
  })

  test('refuses what waited in line when it opened', async () => {
    const { door } = open()
    const log: string[] = []
    const first = job(log, 'first')
    const one = door.run('control', first.run)
    const two = door.run('control', job(log, 'second').run)
    await settled()
    for (let i = 0; i < 3; i++) door.failed('timed out')
    first.end()
    await one
    await expect(two).rejects.toBeInstanceOf(BreakerOpen)
    expect(log).toEqual(['first'])
  })

  test('tries once after the pause and closes when that succeeds', async () => {
    const { door, events, clock } = open('terrestrial')
    for (let i = 0; i < 3; i++) door.failed('timed out')
    await clock.advance(3_750)
    const log: string[] = []
    const probe = job(log, 'probe')
    const trying = door.run('control', probe.run)
    await settled()
    await expect(door.run('control', job(log, 'beside').run)).rejects.toBeInstanceOf(BreakerOpen)
    door.succeeded()
    probe.end()
    await trying
    expect(await door.run('control', () => Promise.resolve('again'))).toBe('again')
    expect(log).toEqual(['probe'])
    expect(events.map((e) => (e.kind === 'breaker' ? e.state : e.kind))).toEqual([
      'open',
      'half-open',
      'closed',
    ])
  })

  test('lets a transfer that is the one try open its connection, and closes the breaker when that carries', async () => {
    const { clock, door } = open()
    const connect = (): Promise<string> => door.run('control', async () => 'connected')
    for (let i = 0; i < 3; i++) door.failed('no route to host')
    await expect(door.run('bulk', connect)).rejects.toThrow(BreakerOpen)
    await clock.advance(5_000)
    const tried = door.run('bulk', async () => {
      const said = await connect()
      door.succeeded()
      return said
    })
    expect(await tried).toBe('connected')
    expect(door.state().breaker.state).toBe('closed')

    // Where the connection fails, the breaker opens again, for longer, and what else asks is refused.
    for (let i = 0; i < 3; i++) door.failed('no route to host')
    await clock.advance(5_000)
    await door.run('bulk', () => door.run('control', async () => door.failed('still none')))
    expect(door.state().breaker).toMatchObject({ state: 'open', openings: 2 })
    await expect(connect()).rejects.toThrow(BreakerOpen)
  })

  test('says what may be used now and next, and what waits', async () => {
    const { door, clock } = open()
    for (let i = 0; i < 5; i++) void door.pace(4096, 'bulk')
    await settled()
    door.measured(612)
    expect(door.state()).toMatchObject({
      id: 'beirut',
      lineKbitPerS: 512,
      budgetKbitPerS: 128,
      next: { at: Date.UTC(2026, 10, 24, 16), kbitPerS: 480 },
      rttMs: 600,
      measuredRttMs: 612,
      window: { open: true, until: undefined },
      breaker: { state: 'closed', failures: 0 },
      writes: { control: 0, bulk: 4 },
      bytesSent: 4096,
    })
    door.limit(64)
    expect(door.state().budgetKbitPerS).toBe(64)
    door.limit(undefined)
    await clock.advance(10_000)
    expect(door.state().writes.bulk).toBe(0)
  })
})
