import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameLimit, frameLine, frameOf, scriptsNamed } from './frame.ts'
import type { Exchange } from './port.ts'

const look = { key: 'k', script: 'look', params: {} }
const request: Exchange = {
  scripts: new Map([
    ['look', 'param($p)'],
    ['act', 'param($p) 1'],
  ]),
  guards: [{ ...look, script: 'guard', expect: 'absent' }],
  ops: [
    { op: 'ping' },
    { op: 'observe', ...look },
    { op: 'apply', ...look, expect: 'absent', own: null, steps: [{ name: 's', script: 'act', params: {} }] },
  ],
}

test('a frame numbers its operations and carries only the scripts asked for', () => {
  const frame = frameOf(request, 7, 40, ['act', 'not given'])
  expect(frame.frame).toBe(7)
  expect(frame.ops.map((op) => op.id)).toEqual([40, 41, 42])
  expect(frame.scripts).toEqual({ act: 'param($p) 1' })
})

test('a request names the scripts of its guards, looks and steps', () => {
  expect(scriptsNamed(request)).toEqual(['guard', 'look', 'act'])
})

test('a line is ASCII without line ends and says what the frame says, deflated only where that is shorter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
      const frame = frameOf({ ...request, ops: [{ op: 'observe', ...look, params: { text } }] }, 1, 1, [])
      const line = frameLine(frame)
      expect(line).toMatch(/^[\x20-\x7e]+$/)
      const plain = line.startsWith('z')
        ? inflateRawSync(Buffer.from(line.slice(1), 'base64')).toString('latin1')
        : line
      expect(line.length).toBeLessThanOrEqual(plain.length)
      expect(JSON.parse(plain)).toEqual(JSON.parse(JSON.stringify(frame)))
    }),
  )
})

test('a frame that an old PowerShell could not read is not sent', () => {
  const params = { text: 'x'.repeat(frameLimit) }
  expect(frameLine(frameOf({ ...request, ops: [{ op: 'observe', ...look, params }] }, 1, 1, []))).toBe(
    'too-large',
  )
})
