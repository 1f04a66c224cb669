import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withHashes } from './left-out.ts'
import { asciiJson } from './wire.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
/** Objects as observations are, names like those of the wire among them. */
const shown = fc.dictionary(
  fc.oneof(fc.constantFrom('seen', 'hash', 'owner', 'a"b', '\\'), fc.string()),
  fc.oneof(fc.jsonValue(), fc.record({ hash: fc.string(), seen: fc.object() })),
)

describe('fingerprints that a host left out', () => {
  test('are put in as it would have printed them, whatever it shows', () => {
    fc.assert(
      fc.property(shown, shown, fc.string(), (now, after, warning) => {
        const line = (leave: boolean): string => {
          const part = (value: object): string => {
            const text = asciiJson(value)
            return `${leave ? '' : `"hash":"${sha256(text)}",`}"seen":${text},"owner":null`
          }
          return `{"id":1,"ok":false,"warnings":${asciiJson([warning])},${part(now)},"after":{${part(after)}}}`
        }
        expect(withHashes(line(true))).toBe(line(false))
        expect(withHashes(line(false))).toBe(line(false))
      }),
    )
  })

  test('are not made up for what is absent', () => {
    const line = '{"id":1,"ok":true,"op":"observe","warnings":[],"hash":"absent","seen":null,"owner":null}'
    expect(withHashes(line)).toBe(line)
  })

  test('leave a text alone that ends too early', () => {
    expect(withHashes('{"id":1,"seen":{"a":"}"')).toBe('{"id":1,"seen":{"a":"}"')
  })
})
