import { describe, expect, test } from 'vitest'
import { ManualClock } from '../link/manual-clock.ts'
import { apply, asking, end, frame, observe, scene, seen, worker, until } from './session.test-rig.ts'
import { marker } from './wire.ts'

describe('a connection that is lost', () => {
  test('after an act was sent leaves it unknown whether it ran', async () => {
    const { rig, port, door } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await worker(rig)
    await frame(far)
    far.socket.resetAndDestroy()
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unknown', host: 'far' } })
    expect(door.told).toEqual([expect.stringContaining('failed: ')])
  })

  test('while looking is looked over again, once, on a new connection', async () => {
    const { rig, port, events } = await scene()
    const answer = port.exchange(asking(observe))
    const first = await worker(rig)
    await frame(first)
    first.socket.resetAndDestroy()
    const second = await worker(rig)
    const again = await frame(second)
    second.say(`${seen(again.ops[0]?.id ?? 0)}${end(again.frame)}`)
    expect(await answer).toMatchObject({ ok: true })
    expect(events).toContainEqual({ kind: 'link', host: 'far', state: 'retrying' })
  })

  test('twice while looking is unreachable', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(observe))
    for (let i = 0; i < 2; i += 1) {
      const far = await worker(rig)
      await frame(far)
      far.socket.resetAndDestroy()
    }
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  test('by the end of the worker says with which code it ended', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await worker(rig)
    await frame(far)
    far.channel.exit(7)
    far.channel.end()
    expect(await answer).toMatchObject({
      ok: false,
      error: { kind: 'unknown', detail: 'the worker ended with code 7' },
    })
  })

  test('before the worker spoke says what the host said instead', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await rig.channel()
    far.channel.stderr.write("'powershell.exe' is not recognized\r\n")
    far.channel.exit(1)
    far.channel.end()
    expect(await answer).toMatchObject({
      ok: false,
      error: {
        detail:
          "the worker ended with code 1; the worker did not start, the host said: 'powershell.exe' is not recognized",
      },
    })
  })

  test('by silence is lost after the time for silence, and the limits of the operations', async () => {
    const clock = new ManualClock()
    const { rig, port, events } = await scene({}, clock)
    const answer = port.exchange(asking({ ...apply, limitMs: 1000 }))
    const far = await worker(rig)
    await frame(far)
    let over = false
    void answer.then(() => (over = true))
    await until(() => events.some((e) => e.kind === 'link' && e.state === 'connected'))
    await clock.advance(121_000)
    expect(over).toBe(false)
    await clock.advance(2_000)
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unknown', detail: 'no byte for 122 s' } })
  })
})

describe('an exchange that is connecting', () => {
  test('ends at an abort; nothing ran', async () => {
    const stop = new AbortController()
    const { port, door } = await scene({ answer: () => stop.abort(), ident: 'dropbear_1' })
    expect(await port.exchange(asking(apply), undefined, stop.signal)).toMatchObject({
      ok: false,
      error: { kind: 'interrupted' },
    })
    expect(door.told).toEqual([])
  })

  test('goes on after an abort once everything was sent ahead, and is cut by close', async () => {
    const stop = new AbortController()
    const { port } = await scene({
      answer: () => {
        stop.abort()
        setImmediate(() => void port.close())
      },
    })
    expect(await port.exchange(asking(apply), undefined, stop.signal)).toMatchObject({
      ok: false,
      error: { kind: 'unknown', detail: 'closed by this program' },
    })
  })

  test('is cut by close before that; nothing ran, and nothing is tried again', async () => {
    const { rig, port } = await scene({ answer: () => void port.close(), ident: 'dropbear_1' })
    expect(await port.exchange(asking(observe))).toMatchObject({ ok: false, error: { kind: 'interrupted' } })
    expect(rig.sockets).toHaveLength(1)
    expect(await port.exchange(asking(observe))).toMatchObject({ ok: false, error: { kind: 'interrupted' } })
  })
})

describe('the connection', () => {
  test('is closed once it was idle long enough, and opened again for the next exchange', async () => {
    const clock = new ManualClock()
    const { rig, port, events } = await scene({}, clock)
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(`${seen(1)}${end(1)}`)
    await first
    await clock.advance(60_000)
    await until(() => events.some((e) => e.kind === 'link' && e.state === 'closed'))
    const second = port.exchange(asking(observe))
    const again = await worker(rig)
    await frame(again)
    again.say(`${seen(2)}${end(2)}`)
    expect(await second).toMatchObject({ ok: true })
    expect(port.counters.connections).toBe(2)
  })

  test('is kept while a channel beside the worker is open, also one that began when it was idle, and is idle again after it', async () => {
    const clock = new ManualClock()
    const { rig, port, transport, events } = await scene({}, clock)
    const closed = (): boolean => events.some((e) => e.kind === 'link' && e.state === 'closed')
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(`${seen(1)}${end(1)}`)
    await first
    await clock.advance(30_000)
    const beside = await transport.bulk('far').beside({ command: 'receive', first: Buffer.from('first\n') })
    const receiver = await rig.channel()
    expect(await receiver.line()).toBe('first')
    await clock.advance(600_000)
    expect(closed()).toBe(false)
    if (!beside.ok) throw new Error('no channel')
    await beside.value.write(Buffer.from('second\n'))
    expect(await receiver.line()).toBe('second')
    beside.value.close('done')
    await clock.advance(60_000)
    await until(closed)
    expect(port.counters.connections).toBe(1)
  })

  test('that is of no more use ends once the frame on it is answered; what waits goes over another', async () => {
    const { rig, port, transport } = await scene()
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    transport.reconnect('far', 'the primary line carries now', 'idle')
    const second = port.exchange(asking(observe))
    far.say(`${seen(1)}${end(1)}`)
    expect(await first).toMatchObject({ ok: true })
    const again = await worker(rig)
    expect(await frame(again)).toMatchObject({ frame: 2 })
    again.say(`${seen(2)}${end(2)}`)
    expect(await second).toMatchObject({ ok: true })
    expect(port.counters.connections).toBe(2)
  })

  test('falls back to waiting where a host refuses what is sent ahead, and remembers it', async () => {
    const manners: { exec?: 'refuse' } = { exec: 'refuse' }
    const { rig, port, memory } = await scene(manners)
    const answer = port.exchange(asking(apply))
    await until(() => rig.sockets.length === 2)
    delete manners.exec
    const far = await worker(rig)
    await frame(far)
    far.say(
      `${marker}{"id":1,"ok":false,"why":"changed","hash":"absent","seen":null,"owner":null}\n${end(1)}`,
    )
    expect(await answer).toMatchObject({ ok: true })
    expect(rig.tried).toEqual(['publickey', 'publickey?', 'publickey'])
    expect(memory.waits('far')).toBe(true)
  })
})
