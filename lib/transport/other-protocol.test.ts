import { describe, expect, test } from 'vitest'
import { lineLimit } from './lines.ts'
import { apply, asking, end, frame, hello, observe, scene, seen, worker, until } from './session.test-rig.ts'
import { marker, wireVersion } from './wire.ts'

describe('what is not our protocol', () => {
  test.each([
    ['a reply before the greeting', [seen(1)]],
    ['an older worker', [hello.replace(`"hello":${wireVersion}`, `"hello":${wireVersion - 1}`)]],
    ['a newer worker', [hello.replace(`"hello":${wireVersion}`, `"hello":${wireVersion + 1}`)]],
    ['a reply nobody asked for', [hello, seen(99)]],
  ])('is refused: %s', async (_title, lines) => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await rig.channel()
    await far.line()
    await frame(far)
    for (const line of lines) far.say(line)
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'protocol' } })
  })

  test('says which versions meet where the worker is another one, and the next exchange connects anew', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await rig.channel()
    far.say(hello.replace(`"hello":${wireVersion}`, '"hello":9'))
    expect(await answer).toMatchObject({
      error: { kind: 'protocol', detail: `the worker speaks version 9, expected ${wireVersion}` },
    })
    const again = port.exchange(asking(observe))
    const next = await worker(rig)
    await frame(next)
    next.say(`${seen(2)}${end(2)}`)
    expect(await again).toMatchObject({ ok: true })
  })

  test('is refused: fifty megabytes without an end of line; the connection is closed long before the last of them', async () => {
    const { rig, port, events } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await worker(rig)
    await frame(far)
    const closed = (): boolean => events.some((e) => e.kind === 'link' && e.state === 'closed')
    far.say(marker)
    for (let sent = 0; sent < 50 && !closed(); sent++) {
      far.say('x'.repeat(1_000_000))
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(await answer).toMatchObject({
      ok: false,
      error: { kind: 'protocol', detail: `a line longer than ${lineLimit} bytes` },
    })
    expect(port.counters.bytesDown).toBeLessThan(lineLimit + 5_000_000)
  })

  test('is refused: the answer to a look of the connection before, and the end of its frame', async () => {
    for (const old of [seen(1), end(1)]) {
      const { rig, port, events } = await scene()
      const first = port.exchange(asking(observe))
      const far = await worker(rig)
      await frame(far)
      far.say(`${seen(1)}${end(1)}`)
      expect(await first).toMatchObject({ ok: true })
      far.channel.close()
      await until(() => events.some((e) => e.kind === 'link' && e.state === 'closed'))
      const second = port.exchange(asking(observe))
      const next = await worker(rig)
      await frame(next)
      next.say(old)
      expect(await second).toMatchObject({ ok: false, error: { kind: 'protocol' } })
    }
  })
})
