import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: each gate in turn, stopping at the first that fails. Arguments go to the last one, vitest: `npm test -- lib/link`.
 */
const folder = mkdtempSync(join(tmpdir(), 'chancery-gates-'))
const report = join(folder, 'vitest.json')

const gates: readonly { readonly name: string; readonly script: string; readonly args: readonly string[] }[] =
  [
    { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level=warn', '.'] },
    { name: 'lint', script: 'eslint/bin/eslint.js', args: ['--max-warnings=0', '.'] },
    { name: 'types', script: 'typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
    {
      name: 'architecture',
      script: 'dependency-cruiser/bin/dependency-cruise.mjs',
      args: ['--config', '.dependency-cruiser.mjs', 'lib', 'stacks', 'runbooks'],
    },
    {
      name: 'tests',
      script: 'vitest/vitest.mjs',
      args: [
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...process.argv.slice(2),
      ],
    },
  ]

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

function runGates(): number {
  for (const gate of gates) {
    const started = performance.now()
    process.stdout.write(`gate ${gate.name} …\n`)
    const { status } = spawnSync(process.execPath, [join('node_modules', gate.script), ...gate.args], {
      stdio: 'inherit',
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    if (status === 0) process.stdout.write(`gate ${gate.name}: passed in ${seconds} s\n`)
    else
      process.stdout.write(
        `gate ${gate.name}: FAILED after ${seconds} s${gate === gates.at(-1) ? '' : '; the gates after it did not run'}\n`,
      )
    if (gate.name === 'tests') process.stdout.write(`${totals()}\n`)
    if (status !== 0) return 1
  }
  return 0
}

try {
  process.exitCode = runGates()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
