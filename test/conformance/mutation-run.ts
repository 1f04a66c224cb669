import { parseArgs } from 'node:util'
import { judgeMistakes, mistakesOf } from './mutation-gates.ts'

/** `npm run powershell:mutations [-- --seed N --count N]`: mistakes in our own scripts, and which gate sees each. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    count: { type: 'string', default: '100' },
  },
})
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
