import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineDecoder } from './lines.ts'
import { asciiJson, marker } from './wire.ts'

const decodeAll = (decoder: LineDecoder, pieces: readonly Buffer[]): readonly string[] =>
  pieces.flatMap((piece) => {
    const lines = decoder.push(piece)
    return lines === 'oversized'
      ? ['oversized']
      : lines.map((l) => (l.kind === 'ours' ? `ours ${l.json}` : `noise ${l.text}`))
  })

describe('the line decoder', () => {
  test('gives the same lines however the bytes are split', () => {
    const line = fc.oneof(
      fc.record({ id: fc.nat(), text: fc.string() }).map((reply) => marker + asciiJson(reply)),
      fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replace(/[\r\n]/g, '')),
    )
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.nat(2000)),
        fc.constantFrom('\n', '\r\n'),
        (lines, cuts, newline) => {
          const bytes = Buffer.from(lines.map((l) => l + newline).join(''), 'latin1')
          const whole = decodeAll(new LineDecoder(), [bytes])
          const at = [0, ...cuts.map((c) => c % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
          const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end))
          expect(decodeAll(new LineDecoder(), pieces)).toEqual(whole)
        },
      ),
    )
  })

  test('inflates lines that came together', () => {
    const lines = [1, 2, 3].map((id) => asciiJson({ id, ok: true, op: 'ping' }))
    const packed = deflateRawSync(lines.join('\n')).toString('base64')
    expect(decodeAll(new LineDecoder(), [Buffer.from(`noise ${marker}z${packed}\r\n`)])).toEqual(
      lines.map((line) => `ours ${line}`),
    )
    const broken = `${marker}z${packed.slice(0, 20)}`
    expect(decodeAll(new LineDecoder(), [Buffer.from(`${broken}\n`)])).toEqual([`noise ${broken}`])
  })

  test('finds a reply behind noise that ended without a line end', () => {
    const decoded = decodeAll(new LineDecoder(), [
      Buffer.from(`Loading...${marker}{"id":1,"ok":true,"op":"ping"}\n`),
    ])
    expect(decoded).toEqual(['ours {"id":1,"ok":true,"op":"ping"}'])
  })

  test('takes banners, CLIXML and broken replies for noise', () => {
    const text = `Authorised use only\n#< CLIXML\n<Objs/>\n${marker}{"id":1,\n${marker}"text"\n${marker}{"other":1}\n`
    expect(decodeAll(new LineDecoder(), [Buffer.from(text)]).every((line) => line.startsWith('noise '))).toBe(
      true,
    )
  })

  test('gives up on a line longer than its limit', () => {
    const decoder = new LineDecoder(10)
    expect(decoder.push(Buffer.from('12345\n123456789'))).not.toBe('oversized')
    expect(decoder.push(Buffer.from('01'))).toBe('oversized')
  })
})
