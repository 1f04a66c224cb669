import { describe, expect, test } from 'vitest'
import { marker } from '../../../lib/transport/wire.ts'
import { type Party, play, type Transcript } from './transcript.ts'

/** A worker that answers whatever it is asked with these lines. */
const answering = (...lines: readonly string[]): Party => ({
  start: () =>
    Promise.resolve({
      hello: `${marker}{"hello":1,"ps":"5.1","time":"","pid":1}`,
      say: () => Promise.resolve(lines.map((line) => marker + line)),
      end: () => undefined,
    }),
  place: (name) => name,
  kept: (name) => name,
})
const transcript: Transcript = {
  title: 'test',
  frames: [
    {
      send: { frame: 1, ops: [{ id: 1, op: 'ping' }] },
      lines: [
        { id: 1, seen: { a: 1, b: null }, hash: '*' },
        { frame: 1, ms: '*' },
      ],
    },
  ],
}
const hash = '46e0ff59f6164548317489fbea1133a48f7a83c325c3535e44559c9619afb76b'
const good = `{"id":1,"seen":{"a":1,"b":null},"hash":"${hash}"}`
const end = '{"frame":1,"ms":3}'

describe('a transcript', () => {
  test.each([
    ['a wrong value', good.replace('"a":1', '"a":2')],
    ['another order of keys', `{"seen":{"a":1,"b":null},"id":1,"hash":"${hash}"}`],
    ['a missing key', good.replace(',"b":null', '')],
    ['text that is not compact', good.replace('"a":1', '"a": 1')],
    ['a wrong fingerprint', good.replace(hash, 'f'.repeat(64))],
  ])('finds %s', async (_what, line) => {
    expect(await play(transcript, answering(line, end))).not.toEqual([])
  })

  test('finds nothing wrong with what is right', async () => {
    expect(await play(transcript, answering(good, end))).toEqual([])
  })

  test('finds a missing line', async () => {
    expect(await play(transcript, answering(end))).not.toEqual([])
  })
})
