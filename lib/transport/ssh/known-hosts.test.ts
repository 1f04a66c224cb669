import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hostKeyAlgorithms, isPinned, keyType, knownHostLine, pinnedKeys } from './known-hosts.ts'

const blobOf = (type: string, fill: number): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(type.length)
  return Buffer.concat([head, Buffer.from(type), Buffer.alloc(32, fill)])
}
const ed = blobOf('ssh-ed25519', 1)
const rsa = blobOf('ssh-rsa', 2)
const ecdsa = blobOf('ecdsa-sha2-nistp256', 3)
const line = (hosts: string, blob: Buffer): string =>
  `${hosts} ${keyType(blob)} ${blob.toString('base64')} comment`
const found = (text: string, address: string, port = 22): readonly string[] =>
  pinnedKeys(text, address, port).map((key) => key.type)

describe('a known_hosts file', () => {
  test('pins by name, by name and port, and never the one for the other', () => {
    const text = [line('gw.example', ed), line('[gw.example]:2222', rsa)].join('\n')
    expect(found(text, 'gw.example')).toEqual(['ssh-ed25519'])
    expect(found(text, 'GW.example', 2222)).toEqual(['ssh-rsa'])
    expect(found(text, 'other.example')).toEqual([])
  })

  test('pins by list, pattern and exclusion', () => {
    const text = line('*.mission.example,!old.mission.example,10.0.0.?', ed)
    expect(found(text, 'new.mission.example')).toEqual(['ssh-ed25519'])
    expect(found(text, 'old.mission.example')).toEqual([])
    expect(found(text, '10.0.0.7')).toEqual(['ssh-ed25519'])
    expect(found(text, '10.0.0.77')).toEqual([])
  })

  test('pins by hashed name', () => {
    const salt = Buffer.alloc(20, 9)
    const hash = createHmac('sha1', salt).update('[10.1.2.3]:2222').digest('base64')
    const text = line(`|1|${salt.toString('base64')}|${hash}`, ed)
    expect(found(text, '10.1.2.3', 2222)).toEqual(['ssh-ed25519'])
    expect(found(text, '10.1.2.3')).toEqual([])
  })

  test('passes over comments, authorities and lines that are none', () => {
    const text = [
      '# c',
      '',
      line('@cert-authority *', ed),
      'broken',
      `h ssh-rsa ${ed.toString('base64')}`,
    ].join('\r\n')
    expect(found(text, 'h')).toEqual([])
  })

  test('a revoked key is never accepted, whatever another line says', () => {
    const pinned = pinnedKeys([line('h', ed), line('@revoked h', ed), line('h', rsa)].join('\n'), 'h', 22)
    expect(isPinned(pinned, ed)).toBe(false)
    expect(isPinned(pinned, rsa)).toBe(true)
    expect(isPinned(pinned, ecdsa)).toBe(false)
  })

  test('asks the host for a key of a pinned type', () => {
    const pinned = pinnedKeys([line('h', rsa), line('h', ecdsa), line('@revoked h', ed)].join('\n'), 'h', 22)
    expect(hostKeyAlgorithms(pinned)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ecdsa-sha2-nistp256'])
  })

  test('a line that is written is a line that is found', () => {
    expect(found(knownHostLine('Gw.example', 2222, ed), 'gw.example', 2222)).toEqual(['ssh-ed25519'])
    expect(found(knownHostLine('fd00::1', 22, rsa), 'fd00::1')).toEqual(['ssh-rsa'])
  })
})
