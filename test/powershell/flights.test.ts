import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coldExchange } from '../contracts/worker/flights.ts'
import { type Sshd, startSshd } from './sshd.ts'

/** Held to a real OpenSSH server: what is sent ahead rests on how it handles packets. */
describe('a cold exchange with a real OpenSSH server', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())

  test('takes one flight after the key exchange', async () => {
    const cold = await coldExchange(sshd, false, 100)
    expect(cold.answer.replies).toHaveLength(20)
    expect(cold.bursts).toHaveLength(4)
    expect(cold.afterKeys).toBe(1)
  })

  test('falls back to waiting, with the same answers', async () => {
    const cold = await coldExchange(sshd, true, 100)
    expect(cold.answer.replies).toHaveLength(20)
    expect(cold.afterKeys).toBeGreaterThanOrEqual(5)
  })
})
