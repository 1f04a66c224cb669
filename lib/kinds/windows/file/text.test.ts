import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plan, planUnder } from './plan.ts'
import { contentLimit, props } from './props.ts'
import { encode, encodings, fingerprint, fingerprintUnder } from './text.ts'

const file = (content: string, encoding: string) => props.safeParse({ path: 'C:\\a.txt', content, encoding })
const anyText = fc.string({ unit: 'grapheme' })

describe('the bytes of a text', () => {
  it.each([
    ['utf8', 'c3a92d68c3a9'],
    ['utf8-bom', 'efbbbfc3a92d68c3a9'],
    ['utf16le', 'fffee9002d006800e900'],
  ] as const)('are as .NET writes them in %s', (encoding, hex) => {
    expect(Buffer.from(encode('é-hé', encoding)).toString('hex')).toBe(hex)
  })

  it('decode to the text again, whatever is outside the basic plane', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(Buffer.from(encode(text, 'utf16le')).subarray(2).toString('utf16le')).toBe(text)
        expect(Buffer.from(encode(text, 'utf8-bom')).subarray(3).toString('utf8')).toBe(text)
        expect(Buffer.from(encode(text, 'utf8')).toString('utf8')).toBe(text)
      }),
    )
  })

  it('have the SHA-256 and the length that the host will find', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...encodings), (text, encoding) => {
        const bytes = Buffer.from(encode(text, encoding))
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        expect(fingerprint(text, encoding)).toEqual({ length: bytes.length, sha256 })
      }),
    )
  })
})

describe('the bytes of a secret text', () => {
  const key = Buffer.alloc(32, 7).toString('base64')

  it('have the HMAC under the key that the host will find, and no other key gives it', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...encodings), (content, encoding) => {
        fc.pre(file(content, encoding).success)
        const bytes = Buffer.from(encode(content, encoding))
        const mac = createHmac('sha256', Buffer.alloc(32, 7)).update(bytes).digest('base64')
        const found = { path: 'C:\\a.txt', length: bytes.length, sha256: `hmac:${mac}` }
        const want = { path: 'C:\\a.txt', content, encoding }
        expect(fingerprintUnder(key)(content, encoding).sha256).toBe(found.sha256)
        expect(planUnder(key)(want, found).do).toBe('nothing')
        expect(planUnder(Buffer.alloc(32, 8).toString('base64'))(want, found).do).toBe('steps')
        expect(planUnder(undefined)(want, found)).toMatchObject({ do: 'refuse', rule: 'no-passphrase' })
      }),
    )
  })
})

describe('the content of a file', () => {
  it('is refused where the encoding has no place for it, with the position', () => {
    expect(file('abcé', 'ascii').error?.issues[0]?.message).toContain('position 3')
    expect(file('abcé', 'utf8').success).toBe(true)
  })

  it('is refused when half of a surrogate pair stands alone', () => {
    expect(file('a\ud800', 'utf8').error?.issues[0]?.message).toContain('surrogate')
  })

  it('is at most as long as the limit, in bytes', () => {
    expect(file('a'.repeat(contentLimit), 'utf8').success).toBe(true)
    expect(file('é'.repeat(contentLimit / 2 + 1), 'utf8').error?.issues[0]?.message).toContain(
      `at most ${contentLimit} bytes`,
    )
    expect(file('a'.repeat(contentLimit / 2), 'utf16le').success).toBe(false)
  })

  it('once written is found as wanted', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...encodings), (content, encoding) => {
        const parsed = file(content, encoding)
        fc.pre(parsed.success)
        const want = parsed.data!
        expect(plan(want, null).do).toBe('steps')
        expect(plan(want, { path: want.path, ...fingerprint(content, encoding) }).do).toBe('nothing')
      }),
    )
  })
})
