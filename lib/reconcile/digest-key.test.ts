import { expect, it } from 'vitest'
import { digestKeysOf, withKey, withoutKey } from './digest-key.ts'

const name = 'windows:File|c:\\license.txt'
const keys = digestKeysOf('correct horse', 'ministry')

it('is the same for whoever has the passphrase, and another one for each thing, host, organisation and passphrase', () => {
  const key = keys('beirut-hv1', name)
  expect(Buffer.from(key ?? '', 'base64')).toHaveLength(32)
  expect(digestKeysOf('correct horse', 'ministry')('beirut-hv1', name)).toBe(key)
  const others = [
    keys('lima-hv1', name),
    keys('beirut-hv1', `${name}2`),
    digestKeysOf('correct horse', 'other')('beirut-hv1', name),
    digestKeysOf('correct horses', 'ministry')('beirut-hv1', name),
  ]
  expect(new Set([key, ...others]).size).toBe(5)
})

it('is none where the passphrase is empty', () => {
  expect(digestKeysOf('', 'ministry')('beirut-hv1', name)).toBeUndefined()
})

it('is not in what is kept of a look, and made again from it', () => {
  const look = { key: name, script: 's', params: { path: 'x', digestKey: keys('beirut-hv1', name) ?? '' } }
  const kept = withoutKey(look)
  expect(JSON.stringify(kept)).not.toContain(look.params.digestKey)
  expect(withKey(kept, 'beirut-hv1', keys)).toEqual(look)
  const plain = { ...look, params: { path: 'x', digestKey: null } }
  expect(withKey(withoutKey(plain), 'beirut-hv1', keys)).toEqual(plain)
})
