import { describe, expect, test } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { BreakerOpen } from '../link/door.ts'
import { LeaseStoreUnusable } from '../link/lease-failure.ts'
import { apply, asking, end, frame, observe, scene, script, seen, worker } from './session.test-rig.ts'
import { NotingDoor } from './ssh/ssh.test-rig.ts'
import { marker } from './wire.ts'

describe('an exchange', () => {
  test('sends worker and frame with the login, and answers in order of its operations', async () => {
    const { rig, port, events, door } = await scene()
    const heard: number[] = []
    const answer = port.exchange(asking(observe, { op: 'ping' }), (index) => heard.push(index))
    const far = await worker(rig)
    const sent = await frame(far)
    expect(sent).toMatchObject({
      frame: 1,
      scripts: { [script]: 'param($p)' },
      ops: [{ id: 1 }, { id: 2, op: 'ping' }],
    })
    far.say(`Authorised use only\n#< CLIXML\n${marker}{"id":2,"ok":true,"op":"ping"}\nstray`)
    far.say(`${seen(1)}${end(1)}`)
    const got = await answer
    expect(got).toMatchObject({
      ok: true,
      value: {
        replies: [{ id: 1 }, { id: 2 }],
        end: { ok: true },
        noise: ['Authorised use only', '#< CLIXML'],
      },
    })
    expect(heard).toEqual([1, 0])
    expect(port.counters).toMatchObject({ connections: 1, exchanges: 1, hostMs: 5 })
    expect(events.map((e) => ('state' in e ? e.state : e.kind))).toEqual([
      'connecting',
      'connected',
      'exchange',
    ])
    expect(door.told).toEqual(['succeeded'])
  })

  test('goes over the connection that is open, without scripts that the host has', async () => {
    const { rig, port } = await scene()
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(`${seen(1)}${end(1)}`)
    await first
    const second = port.exchange(asking(observe))
    expect(await frame(far)).toEqual({ frame: 2, ops: [{ id: 2, ...observe }] })
    far.say(`${seen(2)}${end(2)}`)
    expect(await second).toMatchObject({ ok: true })
    expect(port.counters).toMatchObject({ connections: 1, exchanges: 2 })
  })

  test('waits for the one before it on the same host', async () => {
    const { rig, port } = await scene()
    const both = [port.exchange(asking(observe)), port.exchange(asking(observe))]
    const far = await worker(rig)
    expect(await frame(far)).toMatchObject({ frame: 1 })
    far.say(seen(1))
    far.say(end(1))
    expect(await both[0]).toMatchObject({ ok: true })
    expect(await frame(far)).toMatchObject({ frame: 2 })
    far.say(`${seen(2)}${end(2)}`)
    expect(await both[1]).toMatchObject({ ok: true })
  })

  test('sends again, once, with the scripts that the host turned out to lack', async () => {
    const { rig, port, memory } = await scene()
    memory.add('far', [script])
    const answer = port.exchange(asking(observe))
    const far = await worker(rig)
    expect(await frame(far)).not.toHaveProperty('scripts')
    far.say(end(1, `"ok":false,"why":"need","need":["${script}"]`))
    expect(await frame(far)).toMatchObject({ frame: 2, scripts: { [script]: 'param($p)' } })
    far.say(`${seen(2)}${end(2)}`)
    expect(await answer).toMatchObject({ ok: true })
    expect([...memory.get('far')]).toEqual([script])
  })

  test('is a protocol failure when the host keeps asking for scripts', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(observe))
    const far = await worker(rig)
    for (const n of [1, 2]) {
      await frame(far)
      far.say(end(n, `"ok":false,"why":"need","need":["${script}"]`))
    }
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'protocol' } })
  })

  test('hands on a refusal by guards, without replies', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(end(1, '"ok":false,"why":"guards","changed":[]'))
    expect(await answer).toMatchObject({
      ok: true,
      value: { replies: [undefined], end: { ok: false, why: 'guards' } },
    })
  })
})

describe('nothing ran, and it is said why', () => {
  test('when nothing listens', async () => {
    const { rig, port, door } = await scene()
    await rig.goDown()
    expect(await port.exchange(asking(apply))).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(door.told).toEqual([expect.stringContaining('ECONNREFUSED')])
  })

  test('when the login is refused; the link is not to blame', async () => {
    const { port, door } = await scene({ answer: (context) => context.reject(['publickey']) })
    expect(await port.exchange(asking(apply))).toMatchObject({ ok: false, error: { kind: 'login' } })
    expect(door.told).toEqual(['succeeded'])
  })

  test('when the link’s breaker is open', async () => {
    class ClosedDoor extends NotingDoor {
      override run<T>(): Promise<T> {
        return Promise.reject(new BreakerOpen(0, 'test'))
      }
    }
    const { rig, port } = await scene({}, systemClock, new ClosedDoor())
    expect(await port.exchange(asking(apply))).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(rig.sockets).toEqual([])
  })

  test('when interrupted before it began', async () => {
    const { rig, port } = await scene()
    expect(await port.exchange(asking(apply), undefined, AbortSignal.abort())).toMatchObject({
      ok: false,
      error: { kind: 'interrupted' },
    })
    const running = port.exchange(asking(observe))
    const stop = new AbortController()
    const queued = port.exchange(asking(apply), undefined, stop.signal)
    const far = await worker(rig)
    await frame(far)
    stop.abort()
    expect(await queued).toMatchObject({ ok: false, error: { kind: 'interrupted' } })
    far.say(`${seen(1)}${end(1)}`)
    expect(await running).toMatchObject({ ok: true })
  })
})

describe('a store of leases that can’t be used', () => {
  const unusable = new LeaseStoreUnusable(
    'leases in postgres://db.example/state',
    'unreachable',
    "can't be reached",
  )
  const words = expect.stringMatching(
    /^leases in postgres:\/\/db\.example\/state: can't be reached.*so none is used/,
  )

  test('is named, and nothing was sent, where the turn on the link can’t be had', async () => {
    const door = new NotingDoor()
    door.run = () => Promise.reject(unusable)
    const { port, rig } = await scene({}, systemClock, door)
    expect(await port.exchange(asking(apply))).toEqual({
      ok: false,
      error: { kind: 'leases', host: 'far', detail: words },
    })
    expect(rig.sockets).toEqual([])
  })

  test('is named, and the link is not to blame, where it fails before the frame goes out', async () => {
    const door = Object.assign(new NotingDoor(), { lost: unusable, pace: () => Promise.reject(unusable) })
    const { port } = await scene({}, systemClock, door)
    expect(await port.exchange(asking(apply))).toEqual({
      ok: false,
      error: { kind: 'leases', host: 'far', detail: words },
    })
    expect(door.told).toEqual(['succeeded'])
  })
})

describe('an interruption while a frame is on the wire', () => {
  test('does not lose its answer', async () => {
    const { rig, port } = await scene()
    const stop = new AbortController()
    const acting = port.exchange(asking(observe), undefined, stop.signal)
    const far = await worker(rig)
    await frame(far)
    stop.abort()
    await new Promise((resolve) => setImmediate(resolve))
    far.say(`${seen(1)}${end(1)}`)
    expect(await acting).toMatchObject({ ok: true })
  })
})
