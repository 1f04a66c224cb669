import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { bareHost, type Case, readCases, runCase, squeeze } from '../../lib/powershell/cases.ts'
import { commandNames } from '../../lib/powershell/tables.ts'
import { findPwsh } from './sshd.ts'

const folder = fileURLToPath(new URL('../conformance/powershell-cases', import.meta.url))
const program = fileURLToPath(new URL('recorded.ps1', import.meta.url))

/** What the engine at hand answers to a case, in the order of the cases. */
async function answersOf(cases: readonly Case[]): Promise<readonly string[]> {
  const work = mkdtempSync(join(tmpdir(), 'chancery-cases-'))
  try {
    const file = join(work, 'cases.jsonl')
    writeFileSync(file, cases.map(({ script, params }) => JSON.stringify({ script, params })).join('\n'))
    const { stdout } = await promisify(execFile)(
      findPwsh(),
      ['-NoProfile', '-NonInteractive', '-File', program, file],
      { maxBuffer: 2 ** 28 },
    )
    return stdout.trimEnd().split('\n')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

type Answer = Pick<Case, 'result' | 'types' | 'warnings' | 'error'>

/** What is compared: of an error the id, the category and the type, and the message where it is the script's own. */
const comparable = ({ result, types, warnings, error }: Answer, own: boolean): string =>
  JSON.stringify({
    result: squeeze(result),
    types,
    warnings,
    error: error === null ? null : [error.fqid, error.category, error.type, own ? error.message : ''],
  })

const isOwn = ({ error }: Case): boolean =>
  error !== null && (error.category === 'OperationStopped' || error.type.endsWith('.WriteErrorException'))

test(
  'real PowerShell at hand answers every recorded case as it was recorded, and the interpreter the same or not at all',
  { timeout: 240_000 },
  async () => {
    const cases = readCases(folder)
    const half = Math.ceil(cases.length / 2)
    const answers = (await Promise.all([cases.slice(0, half), cases.slice(half)].map(answersOf))).flat()
    expect(answers).toHaveLength(cases.length)
    const host = bareHost(commandNames())
    const different = cases.flatMap((one, index) => {
      const answer = JSON.parse(answers[index] ?? '') as Answer
      const expected = comparable(one, isOwn(one))
      const got = 'left' in answer ? JSON.stringify(answer) : comparable(answer, isOwn(one))
      const interpreted = runCase(one, host)
      return [
        ...(got === expected ? [] : [{ name: one.name, expected, got }]),
        ...(interpreted.outcome === 'different' ? [interpreted] : []),
      ]
    })
    expect(different).toEqual([])
    expect(cases).toHaveLength(1785)
  },
)
