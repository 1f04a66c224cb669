import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Child } from './child.ts'
import { measureKills } from './delivery-kills.ts'
import { measureLoss } from './delivery-loss.ts'
import { measurePackages } from './delivery-packages.ts'
import { type Bench, measureFast, measureThin } from './delivery-rows.ts'
import { leftBehind } from './emulator.ts'
import { missingNeeds } from './needs.ts'

const measures = {
  thin: measureThin,
  loss: measureLoss,
  fast: measureFast,
  packages: measurePackages,
  kills: measureKills,
} as const
type Name = keyof typeof measures
const names = Object.keys(measures) as Name[]
const isName = (text: string): text is Name => names.some((name) => name === text)
const usage = `Usage: npm run bench:delivery [-- ${names.join('|')} …] [-- --json]`
const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** What must be undone, in reverse order, whatever happens. */
const undo = new AsyncDisposableStack()
let ending: Promise<void> | undefined
const end = (): Promise<void> => (ending ??= undo.disposeAsync())

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  const asked = args.filter((arg) => arg !== '--json')
  const unknown = asked.find((arg) => !isName(arg))
  if (unknown !== undefined) {
    say(`bench:delivery: expected one of ${names.join(', ')}, got ${unknown}. ${usage}`)
    return 2
  }
  const missing = missingNeeds(say, [{ name: 'rsync', debian: 'rsync' }])
  if (missing.length > 0) {
    say(["bench:delivery can't run here. It needs", ...missing.map((need) => `  ${need}`)].join('\n'))
    return 1
  }
  for (const name of leftBehind()) execFileSync('ip', ['netns', 'del', name])
  const folder = mkdtempSync(join(tmpdir(), 'chancery-delivery-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const bench: Bench = {
    folder,
    say,
    keep: (child: Child) => void undo.defer(() => child.stop()),
    undo: (act) => undo.defer(act),
    machine: readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim(),
  }
  const report: { [name: string]: object } = {}
  for (const name of asked.length > 0 ? asked.filter(isName) : names) {
    say(`${name} …`)
    report[name] = await measures[name](bench)
    if (!json) process.stdout.write(`${name}: ${JSON.stringify(report[name], undefined, 2)}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`)
  return 0
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => void end().finally(() => process.exit(code)))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (cause) {
  if (ending === undefined) say(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  process.exitCode = 1
} finally {
  await end()
}
