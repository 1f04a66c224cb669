import { parseArgs } from 'node:util'
import { recordAnswers } from './mutation-doctor.ts'
import { judgeMistakes, mistakesOf } from './mutation-gates.ts'

/**
 * `npm run powershell:mutations [-- --seed N --count N]`: mistakes in our own scripts, and which gate sees each. `--record` writes what the
 * scripts of the command line print of a known host instead: look at the difference before it is kept.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    record: { type: 'boolean', default: false },
    count: { type: 'string', default: '100' },
  },
})
if (values.record) {
  recordAnswers()
  process.exit(0)
}
const seed = Number(values.seed)
const count = Number(values.count)
console.log(`seed ${seed}`)
const verdicts = await judgeMistakes(mistakesOf(seed, count))
for (const { mistake, gate, said } of verdicts)
  console.log(`${(gate ?? 'MISSED').padEnd(9)} ${mistake}${said === '' ? '' : `  (${said.slice(0, 100)})`}`)
const missed = verdicts.filter(({ gate }) => gate === undefined)
for (const { mistake } of missed) console.log(`missed: ${mistake}`)
console.log(`caught ${verdicts.length - missed.length} of ${verdicts.length}`)
process.exitCode = missed.length > count * 0.05 ? 1 : 0
