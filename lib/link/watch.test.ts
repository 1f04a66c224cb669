import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '../domain/event.ts'
import type { BackupLine, Link, VideoProbe, Weekday } from '../domain/site.ts'
import { type Board, openBoard } from './board.ts'
import { createLink } from './link.ts'
import { ManualClock, settled } from './manual-clock.ts'
import type { DialLine } from './probe-line.ts'
import { overallQueue } from './queue.ts'
import { askConference, askHttp, type AskHttp, videoLimit } from './video.ts'
import { watchLinks } from './watch.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const all = { days: week, fromMinute: 0, toMinute: 1440 }
const probe: VideoProbe = {
  url: 'http://conference.example/rooms/beirut',
  pointer: '/rooms/0/state',
  live: ['in-call'],
  everyMs: 10_000,
  timeoutMs: 5_000,
  onFailure: 'live',
}
const beirut: Link = {
  id: 'beirut',
  medium: 'satellite',
  secondLine: 'none',
  kbitPerS: 512,
  rttMs: 600,
  timeZone: 'Asia/Beirut',
  budget: [{ ...all, kbitPerS: 480 }],
  windows: [],
}
const backup: BackupLine = {
  medium: 'terrestrial',
  kbitPerS: 256,
  rttMs: 90,
  budget: [{ ...all, kbitPerS: 200 }],
  hosts: {},
  probe: {
    address: '10.0.0.1',
    port: 22,
    expect: 'banner',
    everyMs: 10_000,
    timeoutMs: 5_000,
    failures: 3,
    goodMs: 120_000,
    holdMs: 300_000,
  },
  largeBytes: 1_000_000,
}

let folder: string
const boards: Board[] = []
const board = (): Board => {
  const made = openBoard(join(folder, 'links.sqlite'))
  boards.push(made)
  return made
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-board-'))
})
afterEach(() => {
  for (const made of boards.splice(0)) made.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A process with one link open. */
function open(link: Link, clock: ManualClock, more: { ask?: AskHttp; dial?: DialLine } = {}) {
  const events: Event[] = []
  const switched: string[] = []
  const door = createLink({
    link,
    clock,
    emit: (event) => events.push(event),
    random: () => 0.5,
    overall: overallQueue(),
  })
  const watch = watchLinks({
    board,
    clock,
    emit: (event) => events.push(event),
    ask: more.ask ?? (async () => ({ failure: 'nobody asks' })),
    dial: more.dial ?? (async () => undefined),
    self: { pid: process.pid, started: '', place: 'here', by: 'me@here', command: 'up' },
    switched: (id, line) => switched.push(`${id} ${line}`),
  })
  watch.add(link, door)
  const writes: { readonly at: number; readonly bytes: number }[] = []
  const bulk = (count: number): void => {
    for (let i = 0; i < count; i++)
      void door.pace(4096, 'bulk').then(() => writes.push({ at: clock.now(), bytes: 4096 }))
  }
  /** kbit/s that went out between two instants. */
  const rate = (from: number, to: number): number =>
    (writes.filter(({ at }) => at > from && at <= to).length * 4096 * 8) / (to - from)
  const told = (): readonly string[] =>
    events.flatMap((e) => (e.kind === 'line' ? [`${e.state}: ${e.because}`] : []))
  return { door, watch, events, switched, bulk, rate, told }
}

describe('live video by command', () => {
  test('is followed within a second in the middle of a transfer, and again when it ends or its time is over', async () => {
    const clock = new ManualClock(1_000_000)
    const { bulk, rate, told, watch } = open({ ...beirut, video: { atMostKbitPerS: 64 } }, clock)
    const other = board()
    bulk(3_000)
    await clock.advance(10_000)
    expect(rate(1_002_000, 1_010_000)).toBeGreaterThan(430)
    other.put('switch', 'beirut', { atMostKbitPerS: 64, until: null, by: 'ann@desk', since: 0 }, clock.now())
    const on = clock.now()
    await clock.advance(1_000)
    await clock.advance(10_000)
    // From one second after the change on: never above the limit.
    expect(rate(on + 1_000, on + 11_000)).toBeLessThanOrEqual(64)
    expect(rate(on + 1_000, on + 11_000)).toBeGreaterThan(50)
    other.remove('switch', 'beirut')
    const off = clock.now()
    await clock.advance(11_000)
    expect(rate(off + 1_000, off + 11_000)).toBeGreaterThan(430)
    other.put(
      'switch',
      'beirut',
      { atMostKbitPerS: 64, until: clock.now() + 5_000, by: 'ann@desk', since: 0 },
      clock.now(),
    )
    const timed = clock.now()
    await clock.advance(16_000)
    expect(rate(timed + 1_000, timed + 5_000)).toBeLessThanOrEqual(64)
    expect(rate(timed + 6_000, timed + 16_000)).toBeGreaterThan(430)
    expect(told()).toEqual([
      'video: at most 64 kbit/s: switched on by ann@desk',
      'no video: the timetable alone decides',
      'video: at most 64 kbit/s: switched on by ann@desk',
      'no video: the timetable alone decides',
    ])
    watch.close()
  })
})

describe('live video by the conference system', () => {
  const live = (state: unknown) => ({ rooms: [{ state }] })

  test('is read at a JSON pointer from its answer over HTTP', async () => {
    nock('http://conference.example').get('/rooms/beirut').reply(200, live('in-call'))
    expect(await askConference(probe, askHttp, undefined)).toEqual({
      live: true,
      said: true,
      because: 'the conference system says "in-call"',
    })
    nock('http://conference.example').get('/rooms/beirut').reply(200, live('idle'))
    expect(await askConference(probe, askHttp, undefined)).toMatchObject({ live: false, said: false })
    expect(nock.isDone()).toBe(true)
  })

  test.each([
    ['HTTP 503', () => nock('http://conference.example').get('/rooms/beirut').reply(503)],
    [
      'its answer is no JSON',
      () => nock('http://conference.example').get('/rooms/beirut').reply(200, '<html>'),
    ],
    [
      'no text, number or boolean at /rooms/0/state',
      () => nock('http://conference.example').get('/rooms/beirut').reply(200, { rooms: [] }),
    ],
    [
      'connect refused',
      () => nock('http://conference.example').get('/rooms/beirut').replyWithError('connect refused'),
    ],
    [
      'unexpected redirect',
      () => nock('http://conference.example').get('/rooms/beirut').reply(302, '', { location: '/x' }),
    ],
  ])(
    'that fails (%s) leaves what is safe: live, or what was seen last where the inventory says so',
    async (why, arrange) => {
      arrange()
      expect(await askConference(probe, askHttp, { live: false, said: false, because: '' })).toMatchObject({
        live: true,
        said: false,
        because: expect.stringContaining(why) as string,
      })
      arrange()
      const last = { ...probe, onFailure: 'last' as const }
      expect(await askConference(last, askHttp, { live: false, said: false, because: '' })).toMatchObject({
        live: false,
        said: false,
      })
      arrange()
      expect(await askConference(last, askHttp, undefined)).toMatchObject({ live: true, said: null })
    },
  )

  test('is taken from a real server, which hangs: no answer in time is no answer', async () => {
    let hang = false
    const server = createServer((_, response) => {
      if (!hang) response.end(JSON.stringify(live('in-call')))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const local = { ...probe, url: `http://127.0.0.1:${port}/`, timeoutMs: 200 }
    try {
      expect(await askConference(local, askHttp, undefined)).toMatchObject({ live: true, said: true })
      hang = true
      expect(await askConference(local, askHttp, undefined)).toMatchObject({
        live: true,
        said: null,
        because: expect.stringContaining('no answer in time') as string,
      })
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('limits the pacer, is asked by one process for all of a machine, and is told when it changes or fails', async () => {
    const clock = new ManualClock(1_000_000)
    let state: unknown = 'idle'
    let asked = 0
    const ask: AskHttp = async () => {
      asked++
      return state === 'down' ? { failure: 'HTTP 503' } : { json: live(state) }
    }
    const link = { ...beirut, video: { atMostKbitPerS: 64, probe } }
    const one = open(link, clock, { ask })
    const two = open(link, clock, { ask })
    // Until there is an answer live video is assumed.
    expect(one.door.state().limitKbitPerS).toBe(64)
    await clock.advance(1_000)
    expect([one, two].map(({ door }) => door.state().limitKbitPerS)).toEqual([undefined, undefined])
    state = 'in-call'
    await clock.advance(11_000)
    expect([one, two].map(({ door }) => door.state().limitKbitPerS)).toEqual([64, 64])
    state = 'idle'
    await clock.advance(11_000)
    expect(one.door.state().limitKbitPerS).toBe(undefined)
    state = 'down'
    await clock.advance(40_000)
    expect([one, two].map(({ door }) => door.state().limitKbitPerS)).toEqual([64, 64])
    expect([...one.told(), ...two.told()].some((text) => text.includes('can’t be asked (HTTP 503)'))).toBe(
      true,
    )
    expect(asked).toBeLessThanOrEqual(8)
    one.watch.close()
    two.watch.close()
  })

  test('whose last answer is old, or is from a time to come, is not believed', () => {
    const link = { video: { atMostKbitPerS: 64, probe } }
    const fact = { live: false, said: false, because: '' }
    const at = 1_000_000
    expect(videoLimit(link, undefined, { link: 'beirut', at, fact }, at + 30_000)).toBe(undefined)
    expect(videoLimit(link, undefined, { link: 'beirut', at, fact }, at + 60_000)?.kbitPerS).toBe(64)
    expect(videoLimit(link, undefined, { link: 'beirut', at, fact }, at - 3_600_000)?.kbitPerS).toBe(64)
  })
})

describe('a link with two lines', () => {
  const link: Link = { ...beirut, secondLine: 'terrestrial', backup: { ...backup, largeBytes: 8_192 } }

  test('fails over in every process of the machine: budget, round trip and jobs at once follow, bulk waits', async () => {
    const clock = new ManualClock(1_000_000)
    let failure: string | undefined
    const dial: DialLine = async () => failure
    const one = open(link, clock, { dial })
    const two = open(link, clock, { dial })
    await clock.advance(60_000)
    failure = '10.0.0.1:22: no answer in 5 s'
    for (let i = 0; i < 3; i++) one.door.failed('timed out')
    expect(one.door.state().breaker.state).toBe('open')
    await clock.advance(31_000)
    for (const { door, switched } of [one, two]) {
      expect(door.state()).toMatchObject({
        line: 'backup',
        medium: 'terrestrial',
        budgetKbitPerS: 200,
        rttMs: 90,
        bulkHeld: undefined,
        breaker: { state: 'closed' },
      })
      expect(switched).toEqual(['beirut backup'])
    }
    expect(one.told()).toContain('backup: the primary line does not carry (10.0.0.1:22: no answer in 5 s)')
    // What is small goes over the backup; what is more than it may carry waits for the primary.
    one.bulk(5)
    await clock.advance(60_000)
    expect(one.door.state()).toMatchObject({
      writes: { bulk: 3 },
      bulkHeld: 'the backup line is in use, and has carried as much as it may',
    })
    failure = undefined
    await clock.advance(400_000)
    expect(one.door.state()).toMatchObject({ line: 'primary', budgetKbitPerS: 480, rttMs: 600 })
    expect(one.door.state().writes.bulk).toBe(0)
    one.watch.close()
    two.watch.close()
  })

  test('decides within seconds when work finds the primary dead, and stays when it only stumbled', async () => {
    const clock = new ManualClock(1_000_000)
    let failure: string | undefined = 'no route'
    const { watch, door } = open(link, clock, { dial: async () => failure })
    await settled()
    const deciding = watch.decide('beirut')
    await clock.advance(4_000)
    expect(await deciding).toBe('backup')
    expect(door.state().line).toBe('backup')
    watch.close()
    failure = undefined
    const calm = open({ ...link, id: 'lima' }, clock, { dial: async () => failure })
    const staying = calm.watch.decide('lima')
    await clock.advance(100)
    expect(await staying).toBe('primary')
    calm.watch.close()
  })

  test('is not kept to a backup that was decided long ago', async () => {
    const clock = new ManualClock(1_000_000)
    const before = open(link, clock, { dial: async () => 'no route' })
    await clock.advance(60_000)
    expect(before.door.state().line).toBe('backup')
    before.watch.close()
    await clock.advance(3_600_000)
    const after = open(link, clock)
    expect(after.door.state().line).toBe('primary')
    after.watch.close()
  })
})

describe('what other processes see', () => {
  test('is written at most once a second, and gone when the process closes', async () => {
    const clock = new ManualClock(1_000_000)
    const { watch, bulk, door } = open(beirut, clock)
    const other = board()
    door.measured(640)
    bulk(500)
    await clock.advance(2_000)
    other.changed()
    let changes = 0
    for (let i = 0; i < 50; i++) {
      await clock.advance(100)
      if (other.changed()) changes++
    }
    expect(changes).toBeGreaterThanOrEqual(3)
    expect(changes).toBeLessThanOrEqual(6)
    expect(other.all('process').map(({ fact }) => fact.command)).toEqual(['up'])
    expect(other.get('measured', 'beirut')?.fact).toMatchObject({ rttMs: 640 })
    expect(other.get('measured', 'beirut')?.fact.kbitPerS).toBeGreaterThan(400)
    watch.close()
    expect(other.all('process')).toEqual([])
    expect(other.get('measured', 'beirut')?.fact.rttMs).toBe(640)
  })

  test('of a process that died is not shown, and a row that can’t be read counts as absent', () => {
    const mine = board()
    const gone = { pid: 2 ** 22 + 1, started: 'x', place: mine.place, by: 'x', command: 'up', state: {} }
    mine.put('process', 'beirut', gone, 0)
    expect(mine.all('process')).toEqual([])
    mine.put('switch', 'beirut', { atMostKbitPerS: -1, until: null, by: 'x', since: 0 }, 0)
    expect(mine.get('switch', 'beirut')).toBe(undefined)
  })

  test('work for all is claimed by one of them, also after the clock was set back an hour', () => {
    const [one, two] = [board(), board()]
    expect(one.claim('line', 'beirut', 10_000, 7_200_000)).toBe(true)
    expect(two.claim('line', 'beirut', 10_000, 7_205_000)).toBe(false)
    expect(two.claim('line', 'beirut', 10_000, 7_210_000)).toBe(true)
    expect(one.claim('line', 'beirut', 10_000, 3_610_000)).toBe(true)
    expect(two.claim('line', 'beirut', 10_000, 3_611_000)).toBe(false)
  })
})
