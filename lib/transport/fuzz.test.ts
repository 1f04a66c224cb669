import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { fuzzTests } from '../../test/rig/fuzz.ts'
import { fuzz } from './fuzz.test-rig.ts'
import { LineDecoder, lineLimit } from './lines.ts'
import { marker } from './wire.ts'

describe('the decoder', () => {
  fuzzTests(fuzz, test)

  test('refuses as too long where fifty megabytes stand behind a few', () => {
    const bomb = `${marker}z${deflateRawSync(Buffer.alloc(50_000_000, 'a')).toString('base64')}\r\n`
    const before = process.memoryUsage().rss
    expect(new LineDecoder().push(Buffer.from(bomb))).toBe('oversized')
    expect(process.memoryUsage().rss - before).toBeLessThan(3 * lineLimit)
  })
})
