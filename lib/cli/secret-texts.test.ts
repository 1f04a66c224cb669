import { expect, test } from 'vitest'
import { wrap } from '../provider/wire-values.ts'
import { defect } from './program.ts'
import { learnSecrets, withoutKnownSecrets } from './secret-texts.ts'

test('what is secret of a resource is in no text that is told of a failure, whole, by its lines, or escaped', () => {
  const secret = 'key "one"\r\nsecond line'
  learnSecrets([wrap({ content: secret, path: 'C:\\plain.txt', pin: '7' }, new Set(['content', 'pin']))])
  expect(withoutKnownSecrets(`TypeError: got ${secret} at C:\\plain.txt`)).toBe(
    'TypeError: got (secret) at C:\\plain.txt',
  )
  expect(withoutKnownSecrets(`got ${JSON.stringify({ secret })}`)).toBe('got {"secret":"(secret)"}')
  expect(withoutKnownSecrets('second line of 7')).toBe('(secret) of 7')
})

test('a defect that quotes one is told without it', async () => {
  const secret = 'another key'
  learnSecrets([wrap({ content: secret }, new Set(['content']))])
  let told = ''
  const stderr = { write: (text: string) => ((told += text), true) }
  expect(await defect(new TypeError(`Received '${secret}'`), { stderr })).toBe(1)
  expect(told).toMatch(/^Internal error: TypeError: Received '\(secret\)'\n/)
  expect(told).not.toContain(secret)
})

test('the host of a free command is none of them, though the package marks its whole connection', () => {
  learnSecrets([
    wrap({ connection: { host: 'nairobi-hv9', password: 'hunter2-hunter2' } }, new Set(['connection'])),
  ])
  expect(withoutKnownSecrets('nairobi-hv9: hunter2-hunter2')).toBe('nairobi-hv9: (secret)')
})
