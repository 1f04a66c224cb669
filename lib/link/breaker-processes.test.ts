import { describe, expect, test } from 'vitest'
import type { Event } from '../domain/event.ts'
import type { Link } from '../domain/site.ts'
import { BreakerOpen } from './door.ts'
import { createLink, type OpenLink } from './link.ts'
import { ManualClock, settled } from './manual-clock.ts'
import { overallQueue } from './queue.ts'

const link: Link = {
  id: 'beirut',
  medium: 'terrestrial',
  secondLine: 'none',
  kbitPerS: 512,
  rttMs: 600,
  timeZone: 'Asia/Beirut',
  budget: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], fromMinute: 0, toMinute: 1440, kbitPerS: 480 },
  ],
  windows: [],
}

/** The door of a process of its own, whose chance gives this. */
function processOf(clock: ManualClock, chance: number) {
  const events: Event[] = []
  const door = createLink({
    link,
    clock,
    emit: (event) => events.push(event),
    random: () => chance,
    overall: overallQueue(),
  })
  return { door, events }
}

/** The line is cut: three tries fail at the same instant. */
const cut = (door: OpenLink): void => {
  for (let i = 0; i < 3; i++) door.failed('no route to host')
}

/** What a process that goes on trying gets through the breaker, ms after the cut: each try fails as well. */
async function triesOf(chances: readonly number[], forMs: number): Promise<readonly (readonly number[])[]> {
  const clock = new ManualClock(0)
  const doors = chances.map((chance) => processOf(clock, chance).door)
  const tries = doors.map((): number[] => [])
  doors.forEach(cut)
  for (; clock.now() < forMs; await clock.advance(10))
    await Promise.all(
      doors.map((door, i) =>
        door
          .run('control', async () => {
            tries[i]!.push(clock.now())
            door.failed('still no route')
          })
          .catch((cause: unknown) => {
            if (!(cause instanceof BreakerOpen)) throw cause
          }),
      ),
    )
  return tries
}

describe('processes that lost a link at the same instant', () => {
  test('try it again one after the other, between half the pause and the whole of it, and again when that fails', async () => {
    const tries = await triesOf([0, 0.2, 0.4, 0.6, 0.8], 16_000)
    expect(tries.map((one) => one.slice(0, 2))).toEqual([
      [2_500, 7_500],
      [3_000, 9_000],
      [3_500, 10_500],
      [4_000, 12_000],
      [4_500, 13_500],
    ])
  })

  test('each let one job through at a time while it is tried, and the others say why they wait', async () => {
    const clock = new ManualClock(0)
    const { door } = processOf(clock, 0)
    cut(door)
    await clock.advance(2_500)
    const ends: (() => void)[] = []
    let running = 0
    const job = (): Promise<void> => {
      running += 1
      return new Promise((resolve) => ends.push(resolve))
    }
    const jobs = [door.run('control', job), door.run('control', job), door.run('control', job)]
    const refused = jobs.slice(1).map((one) => one.catch((cause: unknown) => cause))
    await settled()
    await clock.advance(1_000)
    expect(running).toBe(1)
    for (const cause of await Promise.all(refused)) {
      expect(cause).toBeInstanceOf(BreakerOpen)
      expect(cause).toMatchObject({ because: 'no route to host; a probe is under way' })
    }
    door.succeeded()
    ends[0]!()
    await jobs[0]
    await clock.advance(1_000)
    const after = [door.run('control', job), door.run('control', job)]
    await settled()
    await clock.advance(1_000)
    expect(running).toBe(3)
    ends.forEach((end) => end())
    await Promise.all(after)
  })

  test('are not stuck when the try ends and tells nothing of the link, as when it is interrupted: the next one is the try', async () => {
    const clock = new ManualClock(0)
    const { door, events } = processOf(clock, 0)
    cut(door)
    await clock.advance(2_500)
    await expect(door.run('control', () => Promise.reject(new Error('interrupted')))).rejects.toThrow(
      'interrupted',
    )
    await clock.advance(1_000)
    let end = (): void => undefined
    const tried = door.run('control', () => new Promise<void>((resolve) => (end = resolve)))
    const beside = door.run('control', async () => undefined).catch((cause: unknown) => cause)
    await clock.advance(1_000)
    expect(await beside).toBeInstanceOf(BreakerOpen)
    door.succeeded()
    end()
    await tried
    expect(events.map((event) => (event.kind === 'breaker' ? event.state : event.kind))).toEqual([
      'open',
      'half-open',
      'closed',
    ])
  })

  test('find out by themselves: what one of them learns opens or closes nothing in another', async () => {
    const clock = new ManualClock(0)
    const [early, late] = [processOf(clock, 0), processOf(clock, 0.9)]
    cut(early.door)
    cut(late.door)
    await clock.advance(2_500)
    await early.door.run('control', async () => early.door.succeeded())
    expect([early.door.state().breaker.state, late.door.state().breaker.state]).toEqual(['closed', 'open'])
    const refused: unknown = await late.door
      .run('control', async () => undefined)
      .catch((cause: unknown) => cause)
    expect(refused).toMatchObject({ until: 4_750 })
  })
})
