import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import { windowAt } from '../../lib/link/window.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'
import { measureTree } from './measure-tree.ts'

/**
 * Every mission with ten resources each: `chancery drift` as a process of its own, then the same with sites that can't be reached,
 * refuse the login, or were changed; with `--up` the same for `up`, where sites change between its preview and its acts. Every
 * other site must finish, and nothing may wait for the bad ones but one time limit. `npm run bench:drift -- [--json] [--up] [--sites N]`.
 */
const flag = (name: string): boolean => process.argv.includes(`--${name}`)
const numberOf = (name: string, otherwise: number): number =>
  flag(name) ? Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) : otherwise
const sites = numberOf('sites', 107)
const resources = 10
/** Of 107; of fewer sites as many in proportion, and at least one. */
const share = (of107: number): number => Math.max(1, Math.round((of107 * sites) / 107))
const bad = { unreachable: share(20), refused: share(5), changed: share(2) }
const driftLimitS = 5

/** The machine's time, moved to an hour in which every site's window is open. */
let ahead = 0
const clock: Clock = { now: () => Date.now() + ahead, sleep: systemClock.sleep }
const rig = await startRig({ sites: 'all', clock })
const openAt = Array.from({ length: 14 * 24 }, (_, hour) => hour * 3_600_000).find((ms) =>
  rig.estate.sites.every(({ link }) => {
    const window = windowAt(link, Date.now() + ms)
    return window.open && (window.until === undefined || window.until - Date.now() - ms >= 1_800_000)
  }),
)
ahead = openAt ?? 0
try {
  // Those with one line first: a dead one is no dead site where there is a second.
  const missions = rig.estate.sites
    .filter((site) => site.kind !== 'home')
    .sort((a, b) => Number(a.link.secondLine !== 'none') - Number(b.link.secondLine !== 'none'))
    .map((site) => site.id)
  const chosen = missions.slice(0, sites)
  if (chosen.length !== sites) throw new Error(`expected ${sites} missions, got ${chosen.length}`)
  const result = {
    sites,
    resources,
    bad,
    ...(await drift(rig, chosen)),
    ...(flag('up') ? await up(rig, chosen) : {}),
  }
  console.log(flag('json') ? JSON.stringify(result) : textOf(result))
  if (faultsIn(result).length > 0) {
    console.error(faultsIn(result).join('\n'))
    process.exitCode = 1
  }
} finally {
  await rig.close()
}

type Run = { readonly wallS: number; readonly outcomes: { readonly [outcome: string]: number } }
type Result = {
  /** What one site takes that does not answer, s: the limit of a connection. */
  readonly timeLimitS: number
  readonly driftClean: Run & { readonly framesAHost: readonly number[]; readonly cpuS: number }
  readonly driftBad: Run
  readonly upClean?: Run
  readonly upBad?: Run
}

function partsOf(chosen: readonly string[]) {
  const { unreachable, refused, changed } = bad
  return {
    unreachable: chosen.slice(0, unreachable),
    refused: chosen.slice(unreachable, unreachable + refused),
    changed: chosen.slice(unreachable + refused, unreachable + refused + changed),
  }
}

function hostOf(rigged: Rig, site: string): LabHost {
  const host = rigged.lab.hosts.find((one) => one.site === site)
  if (host === undefined) throw new Error(`expected a host at ${site}`)
  return host
}

function breakSome(rigged: Rig, chosen: readonly string[]): void {
  for (const site of partsOf(chosen).unreachable) hostOf(rigged, site).order({ name: 'link-down', value: 0 })
  for (const site of partsOf(chosen).refused) hostOf(rigged, site).order({ name: 'login-refused' })
}

function changeSome(rigged: Rig, chosen: readonly string[], text: string): void {
  for (const site of partsOf(chosen).changed)
    hostOf(rigged, site).world.files.write('C:\\Notes\\3.txt', new TextEncoder().encode(text))
}

async function drift(
  rigged: Rig,
  chosen: readonly string[],
): Promise<Pick<Result, 'timeLimitS' | 'driftClean' | 'driftBad'>> {
  const program = rigged.program('ten', filesProgram(resources, 'text'))
  const applied = await rigged.run('up', { program, sites: chosen })
  const failed = applied.sites.filter((site) => site.outcome !== 'done')
  if (failed.length > 0)
    throw new Error(`expected every site to be applied, got ${JSON.stringify(failed.slice(0, 3))}`)
  const before = chosen.map((site) => hostOf(rigged, site).counters.frames)
  said('applied')
  const clean = await look(rigged, chosen, program)
  said('drift', clean)
  const framesAHost = [...new Set(chosen.map((site, i) => hostOf(rigged, site).counters.frames - before[i]!))]
  breakSome(rigged, chosen)
  changeSome(rigged, chosen, 'changed')
  const timeLimitS = (await look(rigged, chosen.slice(0, 1), program)).wallS
  said('one site that does not answer', timeLimitS)
  const driftBad = await look(rigged, chosen, program)
  said('drift with bad sites', driftBad)
  for (const host of rigged.lab.hosts) host.clear()
  return { timeLimitS, driftClean: { ...clean, framesAHost }, driftBad }
}

async function look(
  rigged: Rig,
  chosen: readonly string[],
  program: string,
): Promise<Run & { readonly cpuS: number }> {
  const cli = fileURLToPath(new URL('../../lib/cli/chancery.mjs', import.meta.url))
  const args = [cli, 'drift', ...chosen, '--program', program, '--json', '--quiet']
  const before = process.cpuUsage()
  const measured = await measureTree(process.execPath, args, rigged.folder)
  const lab = process.cpuUsage(before)
  const cpuS = measured.ownCpuS + measured.childrenCpuS + (lab.user + lab.system) / 1e6
  const answer = JSON.parse(measured.stdout) as {
    readonly sites: readonly {
      readonly outcome: string
      readonly resources: readonly { readonly is: string }[]
    }[]
  }
  const outcomes = counted(
    answer.sites.map(({ outcome, resources: found }) =>
      outcome === 'done' && found.some(({ is }) => is === 'drifted') ? 'drifted' : outcome,
    ),
  )
  return { wallS: measured.wallS, cpuS, outcomes }
}

async function up(rigged: Rig, chosen: readonly string[]): Promise<Pick<Result, 'upClean' | 'upBad'>> {
  const run = async (text: string, confirm: () => void): Promise<Run> => {
    const program = rigged.program('ten', filesProgram(resources, text))
    const began = Date.now()
    const report = await rigged.run('up', { program, sites: chosen, confirm: async () => (confirm(), true) })
    const wallS = (Date.now() - began) / 1000
    return { wallS, outcomes: counted(report.sites.map(({ outcome }) => outcome)) }
  }
  const upClean = await run('second', () => {})
  said('up', upClean)
  breakSome(rigged, chosen)
  const upBad = await run('third', () => changeSome(rigged, chosen, 'in between'))
  return { upClean, upBad }
}

/** What is measured so far, on standard error: all of it takes minutes. */
function said(what: string, value: Run | number = 0): void {
  console.error(what, JSON.stringify(value))
}

function counted(words: readonly string[]): { readonly [word: string]: number } {
  const counts: { [word: string]: number } = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** What is not as it must be. */
function faultsIn(result: Result): readonly string[] {
  const { unreachable, refused, changed } = bad
  const good = sites - unreachable - refused - changed
  const same = (name: string, run: Run, expected: { readonly [outcome: string]: number }) =>
    JSON.stringify(Object.entries(run.outcomes).sort()) === JSON.stringify(Object.entries(expected).sort())
      ? []
      : [`${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(run.outcomes)}`]
  const within = (name: string, run: Run, clean: Run) =>
    run.wallS <= 1.1 * clean.wallS + result.timeLimitS
      ? []
      : [
          `${name}: ${run.wallS.toFixed(1)} s is more than 1.1 × ${clean.wallS.toFixed(1)} s + ${result.timeLimitS.toFixed(1)} s`,
        ]
  const { driftClean, driftBad, upClean, upBad } = result
  return [
    ...same('drift', driftClean, { done: sites }),
    ...(driftClean.framesAHost.join() === '1'
      ? []
      : [`drift: expected one exchange a host, got ${driftClean.framesAHost.join(' or ')}`]),
    ...(driftClean.wallS < driftLimitS || sites < 107
      ? []
      : [`drift: ${driftClean.wallS.toFixed(1)} s, limit ${driftLimitS} s`]),
    ...same('drift with bad sites', driftBad, { done: good, unreachable, failed: refused, drifted: changed }),
    ...within('drift with bad sites', driftBad, driftClean),
    ...(upClean === undefined || upBad === undefined
      ? []
      : [
          ...same('up', upClean, { done: sites }),
          ...same('up with bad sites', upBad, { done: good, unreachable, failed: refused + changed }),
          ...within('up with bad sites', upBad, upClean),
        ]),
  ]
}

function textOf({ timeLimitS, driftClean, driftBad, upClean, upBad }: Result): string {
  const words = ({ wallS, outcomes }: Run): string =>
    `${wallS.toFixed(1)} s (${Object.entries(outcomes)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', ')})`
  return [
    `${sites} missions × ${resources} resources, ${bad.unreachable} unreachable, ${bad.refused} refusing logins, ${bad.changed} changed`,
    `drift: ${words(driftClean)}, limit ${driftLimitS} s; ${driftClean.framesAHost.join(' or ')} exchange a host; CPU of all, lab included, ${driftClean.cpuS.toFixed(1)} s`,
    `one site that does not answer: ${timeLimitS.toFixed(1)} s`,
    `drift with bad sites: ${words(driftBad)}`,
    ...(upClean === undefined || upBad === undefined
      ? []
      : [`up: ${words(upClean)}`, `up with bad sites: ${words(upBad)}`]),
  ].join('\n')
}
