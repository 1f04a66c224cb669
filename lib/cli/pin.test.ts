import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isPinned, knownHostLine, pinnedKeys } from '../transport/ssh/known-hosts.ts'
import { pinKey } from './pin.ts'

/** A key's blob: its type, then 32 bytes of this value. */
const key = (fill: number): Buffer => {
  const type = Buffer.from('ssh-ed25519')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  return Buffer.concat([length, type, Buffer.alloc(32, fill)])
}
const line = (hosts: string, fill: number): string => `${hosts} ssh-ed25519 ${key(fill).toString('base64')}`
const pinned = (text: string, blob: Buffer) => {
  const result = pinKey(text, '10.1.2.3', 22, blob)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

describe('pinning a key', () => {
  it('adds a line to what is there, comments and other hosts untouched', () => {
    const before = `# ours\n${line('10.9.9.9', 1)}\n`
    expect(pinned(before, key(2))).toBe(`${before}${knownHostLine('10.1.2.3', 22, key(2))}\n`)
    expect(pinned('', key(2))).toBe(`${knownHostLine('10.1.2.3', 22, key(2))}\n`)
  })

  it('replaces the key that was pinned for this host, hashed or in the clear', () => {
    const salt = Buffer.alloc(20, 7)
    const hash = createHmac('sha1', salt).update('10.1.2.3').digest('base64')
    const before = `${line('10.1.2.3', 1)}\n${line(`|1|${salt.toString('base64')}|${hash}`, 3)}\n`
    const after = pinned(before, key(2))
    expect(pinnedKeys(after, '10.1.2.3', 22).map(({ blob }) => blob)).toEqual([key(2)])
  })

  it('does not double a key that is pinned already', () => {
    const once = pinned('', key(2))
    expect(pinned(once, key(2))).toBe(once)
  })

  it('leaves the same address on another port alone', () => {
    const other = line('[10.1.2.3]:2222', 1)
    expect(pinned(`${other}\n`, key(2)).split('\n')).toContain(other)
  })

  it('refuses where a line pins another key for other hosts too, and says which line', () => {
    const result = pinKey(`# ours\n${line('10.1.2.3,10.1.2.4', 1)}\n`, '10.1.2.3', 22, key(2))
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('line 2') })
  })

  it('never takes a revocation back', () => {
    const before = `@revoked ${line('10.1.2.3', 2)}\n`
    const after = pinned(before, key(2))
    expect(isPinned(pinnedKeys(after, '10.1.2.3', 22), key(2))).toBe(false)
  })
})
