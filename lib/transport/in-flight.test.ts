import { expect, test } from 'vitest'
import { complaintAbout, InFlight } from './in-flight.ts'
import { wireVersion } from './wire.ts'

const start = (): { readonly flight: InFlight; readonly heard: number[] } => {
  const heard: number[] = []
  return { flight: new InFlight(3, 10, 2, (index) => heard.push(index)), heard }
}
const ping = (id: number) => ({ id, ok: true, op: 'ping', managed: null }) as const

test('replies are heard as they come and the end closes the frame', () => {
  const { flight, heard } = start()
  expect(flight.take(ping(10))).toBeUndefined()
  expect(flight.take(ping(11))).toBeUndefined()
  expect(flight.take({ frame: 3, ok: true, ms: 1 })).toEqual({
    kind: 'ended',
    end: { frame: 3, ok: true, ms: 1 },
  })
  expect(heard).toEqual([0, 1])
})

test.each([
  ['a reply nobody asked for', [ping(12)]],
  ['a second reply', [ping(10), ping(10)]],
  ['the end of another frame', [{ frame: 4, ok: true, ms: 1 } as const]],
  ['an end before every reply', [ping(10), { frame: 3, ok: true, ms: 1 } as const]],
])('%s is not our protocol', (_title, lines) => {
  const { flight } = start()
  expect(lines.map((line) => flight.take(line)).at(-1)).toMatchObject({ kind: 'garbage' })
})

test('a refusal ends the frame without replies, a line that was not read too', () => {
  const need = { frame: 3, ok: false, why: 'need', need: ['a'], ms: 1 } as const
  expect(start().flight.take(need)).toMatchObject({ kind: 'ended' })
  const error = { message: '', fqid: '', category: '', type: '', hresult: 0, stack: '' }
  expect(start().flight.take({ frame: -1, ok: false, why: 'bad-frame', error, ms: 1 })).toMatchObject({
    kind: 'ended',
  })
})

test('a worker of another version is complained about', () => {
  const hello = { ps: '5.1', time: '', pid: 1 }
  expect(complaintAbout({ ...hello, hello: wireVersion })).toBeUndefined()
  expect(complaintAbout({ ...hello, hello: wireVersion + 1 })).toBe(
    `the worker speaks version ${wireVersion + 1}, expected ${wireVersion}`,
  )
})
