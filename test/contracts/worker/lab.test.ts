import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coldExchange } from './flights.ts'
import { startLabHost } from './lab-host.ts'
import { converse } from './over-ssh.ts'
import { play, transcripts } from './transcript.ts'

let host: Awaited<ReturnType<typeof startLabHost>>
beforeAll(async () => {
  host = await startLabHost()
})
afterAll(() => host.stop())

/** The lab's worker answers the frames of the transcripts as worker.ps1 does (test/powershell holds the other to them). */
describe('the lab’s worker', () => {
  test.each(transcripts)('$title', async (transcript) => {
    const party = {
      start: () => converse(host.reach),
      place: (name: string) => `C:\\${name}.txt`,
      kept: (name: string) => `C:\\ProgramData\\Chancery\\${name}`,
    }
    expect(await play(transcript, party)).toEqual([])
  })
})

describe('a cold exchange with the lab', () => {
  test('takes one flight after the key exchange', async () => {
    const cold = await coldExchange(host.reach, false, 40)
    expect(cold.answer.replies).toHaveLength(20)
    expect(cold.bursts).toHaveLength(4)
    expect(cold.afterKeys).toBe(1)
  })

  test('waits for each answer where it must, with the same answers', async () => {
    const cold = await coldExchange(host.reach, true, 40)
    expect(cold.answer.replies).toHaveLength(20)
    expect(cold.afterKeys).toBeGreaterThanOrEqual(5)
  })
})
