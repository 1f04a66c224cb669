import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: the gates that only read the sources, all at once, then the tests if every one of them passed. Arguments go to the
 * tests: `npm test -- lib/link`.
 */
const folder = mkdtempSync(join(tmpdir(), 'chancery-gates-'))
const report = join(folder, 'vitest.json')

type Gate = { readonly name: string; readonly script: string; readonly args: readonly string[] }

const reading: readonly Gate[] = [
  { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level=warn', '.'] },
  { name: 'lint', script: 'eslint/bin/eslint.js', args: ['--max-warnings=0', '.'] },
  { name: 'types', script: 'typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
  {
    name: 'architecture',
    script: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.mjs', 'lib', 'stacks', 'runbooks', 'test'],
  },
]
const tests: Gate = {
  name: 'tests',
  script: 'vitest/vitest.mjs',
  args: [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
}

/** Vitest's own totals. A file that could not be loaded has no tests to count and counts as one failure. */
function totals(): string {
  if (!existsSync(report)) return 'no totals: vitest ended without a report'
  const seen = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    testResults: { status: string; assertionResults: { status: string }[] }[]
  }
  const unloadable = seen.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const skipped = seen.numPendingTests > 0 ? `, ${seen.numPendingTests} skipped` : ''
  return `${seen.numPassedTests} passed, ${seen.numFailedTests + unloadable} failed${skipped}`
}

/** Whether it passed. What it prints is shown at once, or, where several run, when it ends. */
async function passes({ name, script, args }: Gate, shown: 'at once' | 'at the end'): Promise<boolean> {
  const started = performance.now()
  process.stdout.write(`gate ${name} …\n`)
  const child = spawn(process.execPath, [join('node_modules', script), ...args], {
    stdio: shown === 'at once' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => void printed.push(piece))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(Buffer.concat(printed))
  process.stdout.write(`gate ${name}: ${code === 0 ? 'passed in' : 'FAILED after'} ${seconds} s\n`)
  return code === 0
}

async function runGates(): Promise<boolean> {
  const read = await Promise.all(reading.map((gate) => passes(gate, 'at the end')))
  if (read.includes(false)) {
    process.stdout.write('The tests did not run.\n')
    return false
  }
  const tested = await passes(tests, 'at once')
  process.stdout.write(`${totals()}\n`)
  return tested
}

try {
  process.exitCode = (await runGates()) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
