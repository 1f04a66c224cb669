import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readJournal } from '../../lib/cli/history/journal.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'
import { watchTree } from './measure-tree.ts'

/**
 * `chancery up` over every mission, as a process of its own on a terminal: once where all is well, then with sites that can't be
 * reached, refuse the login, or are changed while the question is open. Every other site must finish, nothing may run where something
 * is not as it was previewed, and nothing may wait for the bad ones but one time limit. `npm run bench:up -- [--json] [--sites N]`.
 */
const json = process.argv.includes('--json')
const sites = process.argv.includes('--sites')
  ? Number(process.argv[process.argv.indexOf('--sites') + 1])
  : 107
const resources = 2
/** Of 107; of fewer sites as many in proportion, and at least one. */
const share = (of107: number): number => Math.max(1, Math.round((of107 * sites) / 107))
const bad = { unreachable: share(20), refused: share(5), changed: share(2) }
/** A connection that does not answer is given up after so long, s. */
const timeLimitS = 60
/** More of the clean run than this is not the bad sites' doing. */
const allowed = 1.1
/** What else the machine does may cost a phase so long, s. */
const noiseS = 5

type Outcomes = { readonly [outcome: string]: number }
type Run = {
  readonly wallS: number
  /** From the start to the question, and from the answer to the end. */
  readonly previewS: number
  readonly applyS: number
  readonly code: number | null
  readonly outcomes: Outcomes
  /** Engines at once: the most, and on average. */
  readonly engines: { readonly most: number; readonly mean: number }
  /** Of the command line and all that it started, MiB. */
  readonly peakPssMiB: number
}

const said = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`)

const rig = await startRig({ sites: 'all' })
try {
  // Those with one line only come first: a dead one is no dead site where there is a second.
  const chosen = rig.estate.sites
    .filter((site) => site.kind !== 'home')
    .sort((a, b) => Number(a.link.secondLine !== 'none') - Number(b.link.secondLine !== 'none'))
    .slice(0, sites)
    .map((site) => site.id)
  if (chosen.length !== sites) throw new Error(`expected ${sites} missions, got ${chosen.length}`)
  const unreachable = chosen.slice(0, bad.unreachable)
  const refused = chosen.slice(bad.unreachable, bad.unreachable + bad.refused)
  const changed = chosen.slice(bad.unreachable + bad.refused).slice(0, bad.changed)
  const good = chosen.slice(bad.unreachable + bad.refused + bad.changed)

  const created = await up(rig, chosen, 'first')
  said(`created: ${wordsOf(created)}`)
  const clean = await up(rig, chosen, 'second')
  said(`all well: ${wordsOf(clean)}`)
  for (const site of unreachable) hostOf(rig, site).order({ name: 'link-down', value: 0 })
  for (const site of refused) hostOf(rig, site).order({ name: 'login-refused' })
  const withBad = await up(rig, chosen, 'third', () => {
    for (const site of changed)
      hostOf(rig, site).world.files.write(pathOf(0), new TextEncoder().encode('in between'))
  })
  said(`with bad sites: ${wordsOf(withBad)}`)

  const expectedFiles = (site: string): readonly string[] =>
    changed.includes(site)
      ? ['in between', ...filesOf('second').slice(1)]
      : filesOf(good.includes(site) ? 'third' : 'second')
  const wrongAtHosts = chosen.filter(
    (site) =>
      !isDeepStrictEqual(
        filesOf('').map((_, i) => textOf(hostOf(rig, site), pathOf(i))),
        expectedFiles(site),
      ),
  )
  const limitS = allowed * clean.wallS + timeLimitS
  const complaints = [
    ...differs('all well', clean, { done: sites }, 0),
    ...differs(
      'with bad sites',
      withBad,
      { done: good.length, unreachable: bad.unreachable, failed: bad.refused + bad.changed },
      1,
    ),
    ...wrongAtHosts.map((site) => `${site}: its files are not what the run says`),
    ...(withBad.wallS <= limitS
      ? []
      : [`with bad sites: ${withBad.wallS.toFixed(1)} s, limit ${limitS.toFixed(1)} s`]),
    // Who is bad was told before the question, but for those that change after it: they fail at once.
    ...(withBad.applyS <= allowed * clean.applyS + noiseS
      ? []
      : [
          `with bad sites: ${withBad.applyS.toFixed(1)} s from the answer to the end, ${clean.applyS.toFixed(1)} s where all is well`,
        ]),
  ]
  const result = { sites, resources, bad, timeLimitS, limitS, created, clean, withBad, complaints }
  console.log(
    json
      ? JSON.stringify(result)
      : [
          `${sites} missions × ${resources} resources, ${bad.unreachable} unreachable, ${bad.refused} refusing logins, ${bad.changed} changed in between`,
          `up: ${wordsOf(clean)}`,
          `up with bad sites: ${wordsOf(withBad)}; limit ${limitS.toFixed(1)} s = ${allowed} × ${clean.wallS.toFixed(1)} s + ${timeLimitS} s`,
        ].join('\n'),
  )
  if (complaints.length > 0) {
    console.error(complaints.join('\n'))
    process.exitCode = 1
  }
} finally {
  await rig.close()
}

function pathOf(file: number): string {
  return `C:\\Notes\\${file}.txt`
}

function filesOf(text: string): readonly string[] {
  return Array.from({ length: resources }, (_, i) => `${text} ${i}`)
}

function hostOf({ lab }: Rig, site: string): LabHost {
  const host = lab.hosts.find((one) => one.site === site)
  if (host === undefined) throw new Error(`expected a host at ${site}`)
  return host
}

/** A person's run: reads the preview, and says yes once `before` was done. */
async function up(of: Rig, chosen: readonly string[], text: string, before = (): void => {}): Promise<Run> {
  const program = of.program('notes', filesProgram(resources, text))
  const began = Date.now()
  const cli = startCli(['up', ...chosen, '--program', program, '--now', '--reason', 'measured', '--quiet'], {
    cwd: of.folder,
    columns: 120,
  })
  const watched = watchTree(cli.pid, 'pulumi', ({ engines, pssMiB }) =>
    said(
      `  ${text}: ${Math.round((Date.now() - began) / 1000)} s, ${engines} engines, ${pssMiB.toFixed(0)} MiB`,
    ),
  )
  await cli.until('Only "yes" does: ')
  const asked = Date.now()
  before()
  cli.type('yes\n')
  const { code, stdout } = await cli.ended
  const ended = Date.now()
  const { entries } = readJournal(join(of.folder, '.chancery'))
  const run = entries.at(-1)?.run
  const outcomes: { [outcome: string]: number } = {}
  for (const { outcome, run: own } of entries)
    if (own === run && outcome !== 'started') outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  if (code !== 0) said(stdout.slice(-2_000))
  return {
    wallS: (ended - began) / 1000,
    previewS: (asked - began) / 1000,
    applyS: (ended - asked) / 1000,
    code,
    outcomes,
    ...watched.stop(),
  }
}

function differs(name: string, run: Run, outcomes: Outcomes, code: number): readonly string[] {
  const got = { outcomes: run.outcomes, code: run.code }
  return isDeepStrictEqual(got, { outcomes, code })
    ? []
    : [`${name}: expected ${JSON.stringify({ outcomes, code })}, got ${JSON.stringify(got)}`]
}

function wordsOf({ wallS, previewS, applyS, outcomes, engines, peakPssMiB }: Run): string {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`)
  return `${wallS.toFixed(1)} s (preview ${previewS.toFixed(1)} s, apply ${applyS.toFixed(1)} s), ${counts.join(', ')}; at most ${engines.most} engines at once, ${engines.mean.toFixed(1)} on average; at most ${peakPssMiB.toFixed(0)} MiB`
}
