import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Failure } from '../../lib/domain/failure.ts'
import type { SiteOutcome } from '../../lib/domain/outcome.ts'
import { systemClock } from '../../lib/domain/clock.ts'
import type { AtBoundary, LabHost } from '../../lib/lab/index.ts'
import { nameOf } from '../../lib/reconcile/target.ts'
import { runCli, type RunningCli, startCli, waitUntil } from '../rig/cli.ts'
import type { Rig } from '../rig/estate.ts'
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
import { type Finding, findingsOf, neverStruck } from './findings.ts'
import { Ledger } from './ledger.ts'
import { soundRun } from './one-process.ts'
import { type FaultKind, placeIn, type Point } from './points.ts'
import { furnish } from './scene.ts'
import { groupsOf, rigOf, type Seat, seatsFor, terrestrial } from './seats.ts'
import { type Disk, smallDisk } from './small-disk.ts'
import type { Ran } from './small-engine.ts'

/** Until every host has come to its step, ms. */
const patienceMs = 240_000
const env = { PULUMI_CONFIG_PASSPHRASE: 'faults', PULUMI_CONFIG_PASSPHRASE_FILE: undefined }
const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))

/** Each site declares what `wanted.json` beside the program says of its hosts. */
const program = `
import { readFileSync } from 'node:fs'
import * as resources from ${JSON.stringify(resources)}
const wanted = JSON.parse(readFileSync(new URL('./wanted.json', import.meta.url), 'utf8'))
export default ({ site }) => {
  for (const one of wanted[site.id] ?? []) new resources[one.kind](one.name, { ...one.inputs, host: one.host })
}
`

type Note = (tried: { readonly point: Point; readonly findings: readonly Finding[] }) => void

/**
 * Tries points with the real command line and the real engine as processes of their own. Where a fault did not strike, as on a machine
 * with too much else to do, nothing was tried: those are tried once more, which `again` is told.
 */
export async function tryOnCommandLine(
  points: readonly Point[],
  note: Note,
  again: (points: readonly Point[]) => void = () => undefined,
): Promise<void> {
  const late: Point[] = []
  await tryGroups(points, (tried) => {
    if (tried.findings.includes(neverStruck)) late.push(tried.point)
    else note(tried)
  })
  if (late.length === 0) return
  again(late)
  await tryGroups(late, note)
}

async function tryGroups(points: readonly Point[], note: Note): Promise<void> {
  for (const [fault, all] of Map.groupBy(points, (point) => point.fault))
    for (const group of groupsOf(all)) {
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
}

type Place = {
  readonly point: Point
  readonly site: string
  readonly stack: string
  readonly urn: string
  readonly name: string
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
    const seats = seatsFor(this.#points)
    const bare = seats.flatMap(({ host }, at) =>
      this.#points[at]!.stage.loaded.kind.needsFeature === undefined ? [host] : [],
    )
    const rig = await rigOf([...new Set(seats.map(({ site }) => site))], bare)
    const disk = this.#fault === 'disk full here' ? smallDisk(join(rig.folder, '.chancery')) : undefined
    try {
      pattern ??= await this.#patternFrom(rig)
      const places = this.#points.map((point, at) => this.#place(rig, point, seats[at]!))
      this.#writeStates(rig, places)
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
          ...(await this.#afterSecond(rig, place, after, `${again.code}, ${again.stderr.slice(-600)}`)),
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
    const [site = ''] = terrestrial()
    const ran = await runCli(['up', site, '--program', seed, '--yes'], { cwd: rig.folder, env })
    if (ran.code !== 0)
      throw new Error(`without any fault it ends with ${ran.code}: ${ran.stdout}${ran.stderr}`)
    const { files } = rig.lab.host(`${site}-hv1`).world
    for (const left of ['C:\\Notes', 'C:\\ProgramData\\Chancery\\owned']) files.remove(left, true, true)
    return readPattern(join(rig.folder, '.chancery/state'), `seed.${site}`)
  }

  #place(rig: Rig, point: Point, seat: Seat): Place {
    const { stage, step } = point
    const host = rig.lab.host(seat.host)
    const stack = `faults.${seat.site}`
    const name = `thing-${seat.host}`
    const urn = urnOf(stack, { stage, name })
    const { organisation, stateBackend } = rig.estate
    furnish(host, stage, { organisation, backend: stateBackend, urn, operation: 'create' })
    const gate = Promise.withResolvers<'on'>()
    const strike: AtBoundary = ({ steps, next }) => {
      const acted = steps.map(({ name }) => name)
      if (placeIn(stage, acted, next) !== step || place.arrived || this.#released) return 'on'
      place.arrived = true
      return gate.promise
    }
    const place: Place = {
      point,
      site: seat.site,
      stack,
      urn,
      name,
      host,
      ledger: new Ledger(host, strike),
      release: () => gate.resolve('on'),
      arrived: false,
      struck: false,
    }
    return place
  }

  /** What was there before is in the states. */
  #writeStates(rig: Rig, places: readonly Place[]): void {
    const state = join(rig.folder, '.chancery/state')
    mkdirSync(join(state, '.pulumi'), { recursive: true })
    writeFileSync(join(state, '.pulumi/meta.yaml'), 'version: 1')
    for (const [stack, own] of Map.groupBy(places, (place) => place.stack)) {
      const there = own.flatMap(({ point: { stage }, name, host }) =>
        stage.found !== null && stage.operation !== 'create' ? [{ stage, name, host: host.id }] : [],
      )
      if (there.length > 0) writeCheckpoint(state, stack, pattern!, there)
    }
  }

  #argumentsFor(rig: Rig, places: readonly Place[]): readonly string[] {
    const path = rig.program('faults', program)
    const wanted = [...Map.groupBy(places, ({ site }) => site)].map(([site, own]) => [
      site,
      own.flatMap(({ point: { stage }, name, host }) =>
        stage.operation === 'delete'
          ? []
          : [{ name, kind: stage.loaded.kind.token.split(':')[1], inputs: stage.inputs, host: host.id }],
      ),
    ])
    writeFileSync(join(path, '../wanted.json'), JSON.stringify(Object.fromEntries(wanted)))
    const packages = join(rig.estate.folder, 'packages')
    mkdirSync(packages, { recursive: true })
    writeFileSync(join(packages, 'agent.msi'), 'test')
    const lost = new Set(
      places.map(({ point: { stage } }) => nameOf({ loaded: stage.loaded, want: stage.want })),
    )
    return [
      'up',
      ...new Set(places.map(({ site }) => site)),
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
    if (!place.struck) return [neverStruck]
    const mine = said.find(({ site }) => site === place.site)
    if (mine === undefined || tornState(join(rig.folder, '.chancery/state'), place.stack) !== undefined)
      return []
    const world = place.host.world
    return [
      ...findingsOf.first(place.point, this.#ran(rig, place, mine, 'first'), {
        changed: place.ledger.changed,
        world,
      }),
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
      return [{ counter: 'unreachableForGood', what: `the next run says nothing of it: ${all}` }]
    const torn = tornState(join(rig.folder, '.chancery/state'), place.stack)
    if (torn !== undefined) return [{ counter: 'lost', what: torn }]
    const sound = await soundRun(place.point.stage, false)
    const unfinished = unfinishedIn(join(rig.folder, '.chancery/state'), place.stack, place.urn)
    return [
      ...unfinished.map((what): Finding => ({
        counter: 'wrongReports',
        what: `the state still has as not ended: ${what}`,
      })),
      ...findingsOf.last(
        place.point,
        this.#ran(rig, place, mine, 'last'),
        place.host.world,
        place.ledger,
        sound,
      ),
    ]
  }

  #ran(rig: Rig, place: Place, said: Said, which: 'first' | 'last'): Ran {
    const outputs = outputsIn(join(rig.folder, '.chancery/state'), place.stack, place.urn)
    const mine = said.failures.filter(({ host }) => host === place.host.id)
    // In the last run nothing is stopped: what another host is told of is that one's own.
    const others = which === 'last' && said.failures.length > 0
    return {
      operation: place.point.stage.operation,
      failures: mine.length === 0 && said.outcome !== 'done' && !others ? [notDone(place, said)] : mine,
      events: [],
      state: outputs === undefined ? undefined : { outputs },
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
