import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../domain/json.ts'
import { laterMark } from '../later.ts'
import { maskFor } from './mask.ts'
import { sealer } from './sample.test-rig.ts'
import { sealerOf } from './seal.ts'

const nowhere = () => undefined
const maskOf = (want: JsonObject, secrets: readonly string[]) =>
  maskFor('urn:a', want, new Set(secrets), sealer, nowhere)

const namesIn = (value: unknown): readonly string[] =>
  value === null || typeof value !== 'object'
    ? []
    : Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)])

describe('what must not be written', () => {
  it('is nowhere in what is written: not as it is, not within a text, not in base64, not under another name', () => {
    const secret = fc.string({ minLength: 6, maxLength: 20 }).filter((text) => /\S{6}/.test(text))
    fc.assert(
      fc.property(secret, fc.dictionary(fc.string(), fc.jsonValue()), (one, noise) => {
        // A name of a property is no value.
        fc.pre(!namesIn(noise).some((name) => name.includes(one)))
        const base64 = Buffer.from(one, 'utf16le').toString('base64')
        const params = JSON.parse(
          JSON.stringify({ ...noise, content: one, other: `a${one}b`, deep: [{ x: one }], encoded: base64 }),
        ) as JsonObject
        const mask = maskOf({ content: one, path: 'p' }, ['content'])
        const written = JSON.stringify([mask.object('x', params), mask.text(`wanted ${one}`)])
        expect(written).not.toContain(JSON.stringify(one).slice(1, -1))
        expect(written).not.toContain(base64)
      }),
      { numRuns: 200 },
    )
  })

  it('takes digests with it, and leaves what has no secret as it is', () => {
    const sha256 = 'ab'.repeat(32)
    const seen = { path: 'C:\\x', length: 4, sha256 }
    expect(maskOf({ content: 'text' }, ['content']).object('x', seen)).toEqual({
      ...seen,
      sha256: { $secret: expect.any(String) },
    })
    expect(maskOf({ content: 'text' }, []).object('x', seen)).toEqual(seen)
  })

  it('hides numbers and whole properties that are secret', () => {
    const mask = maskOf({ pin: 1234, list: { a: 'x' } }, ['pin', 'list'])
    expect(mask.object('x', { pin: 1234, again: [1234, 5], list: { b: 1 } })).toEqual({
      pin: { $secret: expect.any(String) },
      again: [{ $secret: expect.any(String) }, 5],
      list: { $secret: expect.any(String) },
    })
  })

  it('is sealed by place and passphrase: equal values in two places don’t look equal', () => {
    const [a, b] = [sealer.seal('a', 'x'), sealer.seal('b', 'x')]
    expect(a).not.toBe(b)
    expect(sealer.seal('a', 'x')).toBe(a)
    expect(sealerOf('another', ['ministry', 'file:///state']).seal('a', 'x')).not.toBe(a)
    expect(sealerOf('correct horse', ['other', 'file:///state']).seal('a', 'x')).not.toBe(a)
  })

  it('gives values of later as references, and names with $ of their own another name', () => {
    const later = (path: string) =>
      path === 'adapters/0/name' ? [{ from: 'urn:b', output: 'id' }] : undefined
    const mask = maskFor('urn:a', {}, new Set(), sealer, later)
    expect(mask.object('x', { name: laterMark('adapters/0/name'), $later: 1, $$a: 2 })).toEqual({
      name: { $later: { from: 'urn:b', output: 'id' } },
      $$later: 1,
      $$$a: 2,
    })
    expect(mask.text(`differs: ${laterMark('adapters/0/name')} wanted`)).toBe('differs: (known later) wanted')
  })
})
