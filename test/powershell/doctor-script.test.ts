import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeepDocument } from '../../lib/cli/doctor/deep/document.ts'
import { readFacts } from '../../lib/cli/doctor/deep/facts-file.ts'
import { judgeDeep } from '../../lib/cli/doctor/deep/judge.ts'
import { deepScripts, wholeScript } from '../../lib/cli/doctor/deep/scripts.ts'
import { findPwsh } from './sshd.ts'

/** Stands before the questions and answers some of them as Windows does. */
const stubs = `function Get-VM {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name, [guid]$Id)
    if ($PSBoundParameters.Count -gt 0 -and ($PSBoundParameters.ContainsKey('Id') -or $PSBoundParameters.ContainsKey('Name'))) {
        $reason = New-Object InvalidOperationException 'Hyper-V was unable to find a virtual machine.'
        $PSCmdlet.WriteError((New-Object Management.Automation.ErrorRecord $reason, 'InvalidParameter', 'InvalidArgument', $Id))
    }
    Write-Warning 'A machine is there twice.'
}
`

describe('the printed script under PowerShell', () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-doctor-'))))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = async (script: string): Promise<DeepDocument> => {
    const file = join(folder, 'chancery-doctor.ps1')
    const printed = join(folder, 'facts.json')
    writeFileSync(file, script)
    const out = await new Promise<string>((resolve, reject) =>
      execFile(
        findPwsh(),
        ['-NoProfile', '-NonInteractive', '-File', file],
        { maxBuffer: 2 ** 24 },
        (error, stdout, stderr) =>
          error === null && stderr === '' ? resolve(stdout) : reject(error ?? new Error(stderr)),
      ),
    )
    writeFileSync(printed, out)
    const facts = readFacts(printed)
    if (!facts.ok) throw new Error(facts.error)
    return facts.value
  }

  test('prints one document with an answer or an error to each question', async () => {
    const document = await run(wholeScript())
    expect(Object.keys(document.probes).sort()).toEqual(deepScripts().map(({ name }) => name))
    expect(document.probes['large-request']?.seen).toMatchObject({ elements: 1_200_001 })
    expect(Object.keys(document.probes['large-reply']?.seen ?? {})).toEqual(['characters'])
    const judged = new Map(judgeDeep(document).map(({ id, verdict }) => [id, verdict]))
    expect([judged.get('full-language'), judged.get('large-request'), judged.get('large-reply')]).toEqual([
      'held',
      'held',
      'held',
    ])
  })

  test('carries error ids, categories and warnings as the worker does', async () => {
    const document = await run(stubs + wholeScript())
    expect(document.probes['missing-machine']?.error).toMatchObject({
      fqid: 'InvalidParameter,Get-VM',
      category: 'InvalidArgument',
    })
    expect(document.probes['firmware']).toMatchObject({
      seen: { machines: 0, entries: [] },
      warnings: ['A machine is there twice.'],
    })
    const judged = new Map(judgeDeep(document).map(({ id, verdict }) => [id, verdict]))
    expect(judged.get('missing-machine')).toBe('held')
    expect(judged.get('boot-devices')).toBe('not testable here')
  })
})
