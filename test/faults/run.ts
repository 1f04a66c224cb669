import { parseArgs } from 'node:util'
import { tryOnCommandLine } from './command-line.ts'
import { counters, type Finding } from './findings.ts'
import { tryPoint } from './one-process.ts'
import { type FaultKind, faults, nameOfPoint, type Point, pointsOf, shareOf, stages } from './points.ts'

export type Tried = { readonly point: Point; readonly findings: readonly Finding[] }

/** Tries points, those in one process one after the other, those on the command line in groups. */
export async function tryAll(
  points: readonly Point[],
  tell: (tried: Tried) => void,
  again: (points: readonly Point[]) => void,
): Promise<readonly Tried[]> {
  const done: Tried[] = []
  const note = (tried: Tried): void => {
    done.push(tried)
    tell(tried)
  }
  for (const point of points.filter(({ fault }) => faults[fault].in === 'one process'))
    note({ point, findings: await tryPoint(point) })
  await tryOnCommandLine(
    points.filter(({ fault }) => faults[fault].in === 'command line'),
    note,
    again,
  )
  return done
}

export type Counts = { points: number } & { [counter in (typeof counters)[number]]: number }

/** How many points there are, and at how many of them each counter was hit. */
export function countsOf(tried: readonly Tried[]): Counts {
  const counts: Counts = { points: tried.length, lost: 0, doubled: 0, wrongReports: 0, unreachableForGood: 0 }
  for (const { findings } of tried)
    for (const counter of counters) if (findings.some((one) => one.counter === counter)) counts[counter] += 1
  return counts
}

/** The counts of each part, by what `partOf` calls it. */
function countsBy(
  tried: readonly Tried[],
  partOf: (point: Point) => string,
): { readonly [part: string]: Counts } {
  const parts = [...new Set(tried.map(({ point }) => partOf(point)))]
  return Object.fromEntries(
    parts.map((part) => [part, countsOf(tried.filter(({ point }) => partOf(point) === part))]),
  )
}

/** One line on standard error every few seconds; points that end together are told together. */
class Progress {
  readonly #all: number
  readonly #began: number
  #done = 0
  #failed = 0
  #told: number
  #telling = false

  constructor(all: number, began: number) {
    this.#all = all
    this.#began = began
    this.#told = began
  }

  tried(failed: boolean): void {
    this.#done += 1
    if (failed) this.#failed += 1
    const due = Date.now() - this.#told >= tellEveryMs || this.#done === this.#all
    if (!due || this.#telling) return
    this.#telling = true
    setImmediate(() => this.#tell())
  }

  #tell(): void {
    this.#telling = false
    this.#told = Date.now()
    const seconds = Math.round((this.#told - this.#began) / 1000)
    process.stderr.write(
      `${this.#done} of ${this.#all} points, ${this.#failed} with failures, ${seconds} s\n`,
    )
  }
}

const tellEveryMs = 5_000

const help = `npm run -s faults [-- OPTIONS]
  --json           the figures and the failures as JSON; how far it is, and failures as they come, are told on standard error
  --kind KIND      only points of a kind (windows/file) or of a fault ("host restarted"); may be repeated
  --share N        only a share of the points, from 0 to 1, of each fault at least one
  --seed N         which share; default 1
Exit codes: 0 all counters are 0; 1 some are not; 2 wrong options.`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      kind: { type: 'string', multiple: true, default: [] },
      share: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return (process.stdout.write(`${help}\n`), 0)
  const all = pointsOf(await stages())
  const named = (point: Point): boolean =>
    values.kind.length === 0 ||
    values.kind.some((kind) => point.stage.folder === kind || point.fault === (kind as FaultKind))
  const share = Number(values.share)
  const picked = shareOf(all.filter(named), share, Number(values.seed))
  if (!(share >= 0 && share <= 1) || picked.length === 0) {
    process.stderr.write(
      `expected points to try, got none of ${all.length} for ${process.argv.slice(2).join(' ')}\n${help}\n`,
    )
    return 2
  }
  const began = Date.now()
  const progress = new Progress(picked.length, began)
  const tried = await tryAll(
    picked,
    ({ point, findings }) => {
      for (const { counter, what } of findings)
        process.stderr.write(`${counter}: ${nameOfPoint(point)}: ${what}\n`)
      progress.tried(findings.length > 0)
    },
    (late) =>
      process.stderr.write(`not struck in time, tried once more: ${late.map(nameOfPoint).join('; ')}\n`),
  )
  const counts = countsOf(tried)
  const report = {
    ...counts,
    seconds: Math.round((Date.now() - began) / 1000),
    byKind: countsBy(tried, ({ stage }) => stage.folder),
    byFault: countsBy(tried, ({ fault }) => fault),
    failures: tried.flatMap(({ point, findings }) =>
      findings.map(({ counter, what }) => ({ point: nameOfPoint(point), counter, what })),
    ),
  }
  if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else process.stdout.write(textOf(report))
  return counters.every((counter) => counts[counter] === 0) ? 0 : 1
}

function textOf({
  byKind,
  byFault,
  seconds,
  failures: _,
  ...counts
}: Counts & {
  readonly byKind: { readonly [part: string]: Counts }
  readonly byFault: { readonly [part: string]: Counts }
  readonly seconds: number
  readonly failures: readonly unknown[]
}): string {
  const line = (name: string, row: Counts): string =>
    `${name.padEnd(26)}${(['points', ...counters] as const).map((key) => String(row[key]).padStart(20)).join('')}\n`
  const head = `${''.padEnd(26)}${['points', ...counters].map((key) => key.padStart(20)).join('')}\n`
  return [
    head,
    ...Object.entries(byKind).map(([name, row]) => line(name, row)),
    '\n',
    ...Object.entries(byFault).map(([name, row]) => line(name, row)),
    '\n',
    line(`all, in ${seconds} s`, counts),
  ].join('')
}

if (import.meta.main) {
  process.exitCode = await main()
  // A command line that was cut off may have left a connection open.
  process.exit()
}
