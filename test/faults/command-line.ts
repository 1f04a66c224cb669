import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Failure } from '../../lib/domain/failure.ts'
import type { SiteOutcome } from '../../lib/domain/outcome.ts'
import { systemClock } from '../../lib/domain/clock.ts'
import type { AtBoundary, LabHost } from '../../lib/lab/index.ts'
import { nameOf } from '../../lib/reconcile/target.ts'
import { runCli, type RunningCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'
import {
  outputsIn,
  type Pattern,
  readPattern,
  tornState,
  unfinishedIn,
  urnOf,
  writeCheckpoint,
} from './checkpoint.ts'
import { type Finding, findingsOf } from './findings.ts'
import { Ledger } from './ledger.ts'
import { soundRun } from './one-process.ts'
import { type FaultKind, placeIn, type Point } from './points.ts'
import { furnish } from './scene.ts'
import type { Ran } from './small-engine.ts'

/** So many sites, each with a stack, a host and a point of its own, are struck by one blow. */
const groupSize = 12
/** Until every site has come to its step, ms. */
const patienceMs = 240_000
const sites = [
  'abu-dhabi',
  'accra',
  'addis-ababa',
  'ankara',
  'atlanta',
  'bamako',
  'bangalore',
  'bangkok',
  'beijing',
  'beirut',
  'berlin',
  'brasilia',
] as const
const env = { PULUMI_CONFIG_PASSPHRASE: 'faults', PULUMI_CONFIG_PASSPHRASE_FILE: undefined }
const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))

/** Each site declares what `wanted.json` beside the program says of it. */
const program = `
import { readFileSync } from 'node:fs'
import * as resources from ${JSON.stringify(resources)}
const wanted = JSON.parse(readFileSync(new URL('./wanted.json', import.meta.url), 'utf8'))
export default ({ site }) => {
  const one = wanted[site.id]
  if (one !== undefined) new resources[one.kind]('thing', { ...one.inputs, host: site.hosts[0].id })
}
`

type Note = (tried: { readonly point: Point; readonly findings: readonly Finding[] }) => void

/** Tries points with the real command line and the real engine as processes of their own. */
export async function tryOnCommandLine(points: readonly Point[], note: Note): Promise<void> {
  const byFault = Map.groupBy(points, ({ fault }) => fault)
  for (const [fault, all] of byFault)
    for (let at = 0; at < all.length; at += groupSize) {
      const group = all.slice(at, at + groupSize)
      const findings = await new Group(group, fault).tried()
      for (const [index, point] of group.entries()) note({ point, findings: findings[index] ?? [] })
    }
}

/** What the command line says of one site. */
type Said = {
  readonly site: string
  readonly outcome: SiteOutcome
  readonly because?: string
  readonly failures: readonly Failure[]
  readonly changes: { readonly [change: string]: number }
}

type Place = {
  readonly point: Point
  readonly site: string
  readonly stack: string
  readonly host: LabHost
  readonly ledger: Ledger
  /** Lets the host go on. */
  release(): void
  arrived: boolean
  struck: boolean
}

let pattern: Pattern | undefined

class Group {
  readonly #points: readonly Point[]
  readonly #fault: FaultKind
  #released = false

  constructor(points: readonly Point[], fault: FaultKind) {
    this.#points = points
    this.#fault = fault
  }

  async tried(): Promise<readonly (readonly Finding[])[]> {
    const used = sites.slice(0, this.#points.length)
    const bare = this.#points.flatMap(({ stage }, at) =>
      stage.loaded.kind.needsFeature === undefined ? [`${used[at]}-hv1`] : [],
    )
    const rig = await rigOf(used, bare)
    const disk = this.#fault === 'disk full here' ? smallDisk(join(rig.folder, '.chancery')) : undefined
    try {
      pattern ??= await this.#patternFrom(rig)
      const places = this.#points.map((point, at) => this.#place(rig, point, used[at]!))
      const args = this.#argumentsFor(rig, places)
      const first = startCli(args, { cwd: rig.folder, env })
      const ended = first.ended.then(() => true)
      const late = systemClock.sleep(patienceMs).then(() => true)
      await Promise.race([waitUntil(() => places.every((place) => place.arrived)), ended, late])
      const said = await this.#strike(first, places, disk)
      const findings = places.map((place) => this.#afterFirst(rig, place, said))
      for (const { host } of places) host.clear()
      disk?.free()
      const again = await runCli(args, { cwd: rig.folder, env })
      const after = sitesIn(again.stdout)
      return await Promise.all(
        places.map(async (place, at) => [
          ...findings[at]!,
          ...(await this.#afterSecond(rig, place, after, `${again.code} ${again.stdout}${again.stderr}`)),
        ]),
      )
    } finally {
      disk?.unmount()
      await rig.close()
      rmSync(rig.folder, { recursive: true, force: true })
    }
  }

  /** One sound run shows how a checkpoint looks. */
  async #patternFrom(rig: Rig): Promise<Pattern> {
    const seed = rig.program('seed', filesProgram(1, 'seed'))
    const ran = await runCli(['up', sites[0], '--program', seed, '--yes'], { cwd: rig.folder, env })
    if (ran.code !== 0)
      throw new Error(`without any fault it ends with ${ran.code}: ${ran.stdout}${ran.stderr}`)
    const { files } = rig.lab.host(`${sites[0]}-hv1`).world
    for (const left of ['C:\\Notes', 'C:\\ProgramData\\Chancery\\owned']) files.remove(left, true, true)
    return readPattern(join(rig.folder, '.chancery/state'), `seed.${sites[0]}`)
  }

  #place(rig: Rig, point: Point, site: string): Place {
    const { stage, step } = point
    const host = rig.lab.host(`${site}-hv1`)
    const stack = `faults.${site}`
    const { organisation, stateBackend } = rig.estate
    furnish(host, stage, {
      organisation,
      backend: stateBackend,
      urn: urnOf(stack, stage),
      operation: 'create',
    })
    const state = join(rig.folder, '.chancery/state')
    mkdirSync(join(state, '.pulumi'), { recursive: true })
    writeFileSync(join(state, '.pulumi/meta.yaml'), 'version: 1')
    if (stage.found !== null && stage.operation !== 'create')
      writeCheckpoint(state, stack, pattern!, stage, host.id)
    const gate = Promise.withResolvers<'on'>()
    const strike: AtBoundary = ({ steps, next }) => {
      const acted = steps.map(({ name }) => name)
      if (placeIn(stage, acted, next) !== step || place.arrived || this.#released) return 'on'
      place.arrived = true
      return gate.promise
    }
    const place: Place = {
      point,
      site,
      stack,
      host,
      ledger: new Ledger(host, strike),
      release: () => gate.resolve('on'),
      arrived: false,
      struck: false,
    }
    return place
  }

  #argumentsFor(rig: Rig, places: readonly Place[]): readonly string[] {
    const path = rig.program('faults', program)
    const wanted = places.flatMap(({ point: { stage }, site }) =>
      stage.operation === 'delete'
        ? []
        : [[site, { kind: stage.loaded.kind.token.split(':')[1], inputs: stage.inputs }] as const],
    )
    writeFileSync(join(path, '../wanted.json'), JSON.stringify(Object.fromEntries(wanted)))
    const packages = join(rig.estate.folder, 'packages')
    mkdirSync(packages, { recursive: true })
    writeFileSync(join(packages, 'agent.msi'), 'test')
    const lost = new Set(
      places.map(({ point: { stage } }) => nameOf({ loaded: stage.loaded, want: stage.want })),
    )
    return [
      'up',
      ...places.map(({ site }) => site),
      '--program',
      path,
      '--yes',
      '--json',
      ...[...lost].flatMap((name) => ['--allow-data-loss', name]),
    ]
  }

  /** Strikes once all wait at their steps, lets the hosts go on, and gives what the command line said at its end. */
  async #strike(cli: RunningCli, places: readonly Place[], disk: Disk | undefined): Promise<readonly Said[]> {
    for (const place of places) place.struck = place.arrived
    const goOn = (): void => {
      this.#released = true
      for (const place of places) place.release()
    }
    switch (this.#fault) {
      case 'process killed': {
        const others = cli.kill()
        await cli.ended
        goOn()
        await others
        return []
      }
      case 'engine killed':
        for (const pid of cli.processes().filter(isEngine)) process.kill(pid, 'SIGKILL')
        goOn()
        break
      case 'disk full here':
        disk?.fill()
        goOn()
        break
      case 'interrupted':
        process.kill(cli.pid, 'SIGINT')
        await cli.until('Interrupted').catch(() => undefined)
        goOn()
        break
      case 'interrupted twice':
        process.kill(cli.pid, 'SIGINT')
        await systemClock.sleep(500)
        process.kill(cli.pid, 'SIGINT')
        await Promise.race([cli.ended, systemClock.sleep(20_000)])
        goOn()
        break
      default:
        throw new Error(`Internal error: ${this.#fault} is not tried on the command line`)
    }
    const { stdout } = await cli.ended
    return sitesIn(stdout)
  }

  #afterFirst(rig: Rig, place: Place, said: readonly Said[]): readonly Finding[] {
    if (!place.struck) return [{ counter: 'lost', what: 'the fault never struck' }]
    const mine = said.find(({ site }) => site === place.site)
    if (mine === undefined || tornState(join(rig.folder, '.chancery/state'), place.stack) !== undefined)
      return []
    const world = place.host.world
    return [
      ...findingsOf.first(place.point, this.#ran(rig, place, mine), { changed: place.ledger.changed, world }),
    ]
  }

  async #afterSecond(
    rig: Rig,
    place: Place,
    said: readonly Said[],
    all: string,
  ): Promise<readonly Finding[]> {
    const mine = said.find(({ site }) => site === place.site)
    if (mine === undefined)
      return [
        { counter: 'unreachableForGood', what: `the next run says nothing of it: ${all.slice(0, 1500)}` },
      ]
    const torn = tornState(join(rig.folder, '.chancery/state'), place.stack)
    if (torn !== undefined) return [{ counter: 'lost', what: torn }]
    const sound = await soundRun(place.point.stage, false)
    const unfinished = unfinishedIn(join(rig.folder, '.chancery/state'), place.stack)
    return [
      ...unfinished.map((what): Finding => ({
        counter: 'wrongReports',
        what: `the state still has as not ended: ${what}`,
      })),
      ...findingsOf.last(place.point, this.#ran(rig, place, mine), place.host.world, place.ledger, sound),
    ]
  }

  #ran(rig: Rig, place: Place, said: Said): Ran {
    const outputs = outputsIn(join(rig.folder, '.chancery/state'), place.stack)
    const { operation } = place.point.stage
    const acted = Object.entries(said.changes).some(([change, count]) => change !== 'same' && count > 0)
    return {
      operation: acted ? operation : 'nothing',
      failures:
        said.failures.length === 0 && said.outcome !== 'done' ? [notDone(place, said)] : said.failures,
      events: [],
      state: outputs === undefined ? undefined : { outputs },
    }
  }
}

/** Ports are chosen free and taken a moment later: another program may come in between. */
async function rigOf(used: readonly string[], bare: readonly string[]): Promise<Rig> {
  for (let left = 3; ; left--) {
    try {
      return await startRig({ sites: used, bare })
    } catch (cause) {
      if (left === 0 || !String(cause).includes('EADDRINUSE')) throw cause
    }
  }
}

/** A site that is not done although nothing of it is said to have failed: it was stopped. */
const notDone = (place: Place, said: Said): Failure => ({
  kind: 'unknown',
  host: place.host.id,
  detail: `the site is ${said.outcome}: ${said.because ?? ''}`,
})

function sitesIn(stdout: string): readonly Said[] {
  try {
    return (JSON.parse(stdout) as { readonly sites: readonly Said[] }).sites
  } catch {
    return []
  }
}

const isEngine = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('pulumi')
  } catch {
    return false
  }
}

type Disk = { fill(): void; free(): void; unmount(): void }

/** A disk of its own for state and work folders, which can be filled to the last byte. Needs the right to mount. */
function smallDisk(folder: string): Disk {
  mkdirSync(folder, { recursive: true })
  execFileSync('cp', ['-a', folder, `${folder}.kept`])
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder])
  execFileSync('cp', ['-a', `${folder}.kept/.`, folder])
  rmSync(`${folder}.kept`, { recursive: true, force: true })
  const filler = join(folder, 'filler')
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(folder)
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize + bsize))
      } catch {
        // The last byte is taken.
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync('umount', ['-l', folder]),
  }
}
