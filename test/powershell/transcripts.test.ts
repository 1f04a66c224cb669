import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { converse } from '../contracts/worker/over-ssh.ts'
import { play, transcripts } from '../contracts/worker/transcript.ts'
import { type Sshd, startSshd } from './sshd.ts'

/** worker.ps1 under real PowerShell answers the frames of the transcripts as the lab's worker does. */
describe('worker.ps1', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())
  test.each(transcripts)('$title', async (transcript) => {
    const party = { start: () => converse(sshd), place: (name: string) => join(sshd.folder, `${name}.txt`) }
    expect(await play(transcript, party)).toEqual([])
  })
})
