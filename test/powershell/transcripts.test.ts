import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { converse } from '../contracts/worker/over-ssh.ts'
import { strip, workerFile } from '../../lib/transport/worker/payload.ts'
import { play, transcripts } from '../contracts/worker/transcript.ts'
import { type Sshd, startSshd } from './sshd.ts'

/** worker.ps1 under real PowerShell answers the frames of the transcripts as the lab's worker does. */
/** Windows PowerShell's ConvertTo-Json answers $null with nothing, PowerShell 7's with null. */
const asWindows = `function ConvertTo-Json {
    param($InputObject, $Depth, [switch]$Compress)
    if ($null -eq $InputObject) { return }
    Microsoft.PowerShell.Utility\\ConvertTo-Json -InputObject $InputObject -Depth $Depth -Compress
}
`
const windowsWorker = deflateRawSync(`${asWindows}${strip(readFileSync(workerFile, 'utf8'))}`).toString(
  'base64',
)

const pathsOf = ({ folder, programData }: Sshd) => ({
  place: (name: string): string => join(folder, `${name}.txt`),
  kept: (name: string): string => join(programData, 'Chancery', name),
})

describe('worker.ps1', () => {
  let sshd: Sshd
  let other: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
    other = await startSshd()
  })
  afterAll(async () => {
    await sshd.stop()
    await other.stop()
  })
  test.each(transcripts)('$title', async (transcript) => {
    expect(await play(transcript, { start: () => converse(sshd), ...pathsOf(sshd) })).toEqual([])
  })

  test.each(transcripts)('where ConvertTo-Json is as in Windows PowerShell: $title', async (transcript) => {
    const party = { start: () => converse(other, windowsWorker), ...pathsOf(other) }
    expect(await play(transcript, party)).toEqual([])
  })
})
