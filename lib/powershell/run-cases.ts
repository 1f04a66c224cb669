import { parseArgs } from 'node:util'
import { bareHost, readCases, refusalsOf, runCase } from './cases.ts'
import { commandNames } from './tables.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const [folder] = positionals
if (folder === undefined || positionals.length > 1) {
  console.error('Usage: npm run -s powershell:cases -- FOLDER [--json]')
  process.exit(2)
}
const host = bareHost(commandNames())
const outcomes = readCases(folder).map((c) => runCase(c, host))
const of = (kind: string): string[] => outcomes.filter((o) => o.outcome === kind).map((o) => o.name)
const answer = { same: of('same'), refused: of('refused'), different: of('different') }
const refusals = refusalsOf(outcomes)
if (values.json) console.log(JSON.stringify({ ...answer, refusals }))
else {
  for (const o of outcomes) {
    if (o.outcome === 'refused') console.log(`refused    ${o.name}  ${o.why}`)
    if (o.outcome === 'different')
      console.log(`different  ${o.name}\n  expected ${o.expected}\n  got      ${o.got}`)
  }
  for (const [by, counts] of Object.entries({ feature: refusals.byFeature, construct: refusals.byConstruct }))
    for (const [name, count] of Object.entries(counts)) console.log(`refused by ${by}  ${count}  ${name}`)
  console.log(
    `same ${answer.same.length}, refused ${answer.refused.length}, different ${answer.different.length}`,
  )
}
process.exitCode = answer.different.length > 0 ? 1 : 0
