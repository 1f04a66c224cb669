import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import { describeFailure } from '../../lib/domain/failure.ts'
import { ok, type Result } from '../../lib/domain/result.ts'
import { newKeyPair } from '../../lib/lab/key-pair.ts'
import { type Lab, type LabHost, startLab } from '../../lib/lab/index.ts'
import type { LinkDoor } from '../../lib/link/door.ts'
import { batchWaits, HostBatch } from '../../lib/reconcile/batch.ts'
import type { Intent, Intents } from '../../lib/reconcile/intents.ts'
import { createTransport, type Transport } from '../../lib/transport/session.ts'
import type { HostPort } from '../../lib/transport/port.ts'
import type { Owner } from '../../lib/transport/wire.ts'
import { type Finding, findingsOf, neverStruck, type Sound, stateOtherwise } from './findings.ts'
import { Ledger } from './ledger.ts'
import { between, type FaultKind, placeIn, type Point, type Stage } from './points.ts'
import { furnish, look } from './scene.ts'
import { type Backend, previewAndApply, type Ran, type State } from './small-engine.ts'

/** Time that goes so much faster than the machine's: waits of seconds are over in milliseconds. */
const hurry = 100
const began = Date.now()
const hurried: Clock = {
  now: () => began + (systemClock.now() - began) * hurry,
  sleep: (ms, abort) => systemClock.sleep(ms / hurry, abort),
}
const restartMs = 2_000
/** A machine with much else to do is no broken link. */
const patient = { dialMs: 60_000 * hurry, loginMs: 60_000 * hurry, silenceMs: 60_000 * hurry }

const key = newKeyPair()
const hostKey = newKeyPair()
const folder = mkdtempSync(join(tmpdir(), 'chancery-faults-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'key'), key.privatePem, { mode: 0o600 })

export const urn = 'urn:pulumi:faults.site::chancery::thing'
export const owner: Owner = { organisation: 'faults', backend: 'file:///faults', urn, operation: 'create' }

const door: LinkDoor = {
  id: 'site',
  run: (_priority, job) => job(),
  pace: () => Promise.resolve(),
  succeeded: () => {},
  failed: () => {},
}

/** What is about to be done, in memory: what has no end is known to the next run. */
class Journal implements Intents {
  readonly #open = new Map<number, string>()
  #next = 1

  begin(intents: readonly Intent[]): Result<readonly number[], string> {
    return ok(intents.map(({ urn: of }) => (this.#open.set(this.#next, of), this.#next++)))
  }

  end(id: number): void {
    this.#open.delete(id)
  }

  /** Ids of what has no end, with the URNs. */
  open(): ReadonlyMap<number, string> {
    return new Map(this.#open)
  }
}

export type Connected = {
  readonly port: HostPort
  readonly backend: Backend
  close(): Promise<void>
}

/** One host of the lab, furnished for a case, and a way to it over real SSH. */
export class Bench {
  readonly lab: Lab
  readonly host: LabHost
  readonly #transports: Transport[] = []
  readonly #knownHosts: string
  readonly #journal = new Journal()

  private constructor(lab: Lab) {
    this.lab = lab
    this.host = lab.host('hv1')
    this.#knownHosts = join(folder, `known_hosts_${this.host.port}`)
    writeFileSync(this.#knownHosts, `[127.0.0.1]:${this.host.port} ${hostKey.publicLine}\n`)
  }

  static async for(stage: Stage): Promise<Bench> {
    const lab = await startLab({
      hosts: [
        {
          id: 'hv1',
          site: 'site',
          port: 0,
          account: 'chancery',
          authorizedKey: key.publicLine,
          image: stage.loaded.kind.needsFeature === undefined ? 'bare' : 'hyperv',
          hostKey: hostKey.privatePem,
        },
      ],
      links: [],
      clock: hurried,
      restartMs,
      waits: false,
      seed: 7,
    })
    const bench = new Bench(lab)
    furnish(bench.host, stage, owner)
    return bench
  }

  /** A process of its own: another connection, nothing remembered. Its sender, and the token of its lease. */
  connect(from?: string, token = 0): Connected {
    const transport = createTransport({
      resolve: () => ({
        address: '127.0.0.1',
        port: this.host.port,
        account: 'chancery',
        key: join(folder, 'key'),
      }),
      knownHosts: this.#knownHosts,
      allowed: () => ok(undefined),
      door: () => ({ ...door, lease: { store: 'store', token } }),
      emit: () => {},
      clock: hurried,
      ...patient,
      ...(from === undefined ? {} : { sender: { from, by: `holder ${token}` } }),
    })
    this.#transports.push(transport)
    const port = transport.host('hv1')
    const batch = new HostBatch(port, { clock: hurried, ...batchWaits(0) })
    batch.keep(this.#journal)
    const unended = { inState: new Set<string>(), sent: new Set(this.#journal.open().values()) }
    const backend = { batch: () => batch, host: 'hv1', owner, clock: hurried, unended }
    return { port, backend, close: () => transport.close() }
  }

  /** A run of a process of its own: nothing is remembered but the state. */
  async run(stage: Stage, state: State, between?: () => void): Promise<Ran> {
    const before = this.#journal.open()
    const { backend, close } = this.connect()
    const order = {
      call: { urn, loaded: stage.loaded },
      inputs: stage.operation === 'delete' ? undefined : { ...stage.inputs, host: 'hv1' },
      state,
      abort: new AbortController().signal,
    }
    try {
      const ran = await previewAndApply(backend, between === undefined ? order : { ...order, between })
      // A run that ended well has looked at what those before it left.
      if (ran.failures.length === 0) for (const id of before.keys()) this.#journal.end(id)
      return ran
    } finally {
      await close()
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport.close()))
    await this.lab.close()
  }
}

/** The state before the case: what exists is in it, as the last run saw it. */
export function stateBefore({ found, recorded, operation, before, loaded }: Stage): State {
  if (found === null || operation === 'create') return undefined
  const observed = recorded ?? found
  return { outputs: { ...before, host: 'hv1', ...loaded.kind.outputs(observed), observed } }
}

const sound = new Map<string, Promise<Sound>>()

/** How the case ends where nothing goes wrong; with a restart of the host at its end where the fault has one. */
export function soundRun(stage: Stage, restarted: boolean): Promise<Sound> {
  const id = `${stage.folder} ${stage.name} ${restarted}`
  const known = sound.get(id) ?? runSoundly(stage, restarted)
  sound.set(id, known)
  return known
}

async function runSoundly(stage: Stage, restarted: boolean): Promise<Sound> {
  const bench = await Bench.for(stage)
  const ledger = new Ledger(bench.host)
  const first = await bench.run(stage, stateBefore(stage))
  if (restarted) await bench.host.restart()
  const last = restarted ? await bench.run(stage, first.state) : first
  const snapshot = bench.host.world.snapshot()
  const [told] = stateOtherwise(stage, last, bench.host.world)
  await bench.close()
  const hard = last.failures.find((failure) => failure.kind !== 'deferred')
  if (hard !== undefined)
    throw new Error(`${stage.folder} ${stage.name}: without any fault it ends: ${describeFailure(hard)}`)
  return { ledger, snapshot, failures: last.failures.map(({ kind }) => kind), movesOn: told !== undefined }
}

/** From now on a look can't see the thing of a case, until the host is cleared. Throws where it still can: then the point proves nothing. */
function blind(host: LabHost, stage: Stage): void {
  if (stage.loaded.kind.needsFeature !== undefined) host.order({ name: 'module-missing' })
  // That a file is gone is seen without the module.
  if (!('fault' in look(host.world, stage))) host.order({ name: 'time-limit' })
  if (!('fault' in look(host.world, stage)))
    throw new Error(`${stage.folder} ${stage.name}: the host can still see it`)
}

/**
 * Between removal and creation these strike where no step is under way: the removal was answered and the creation is not sent, or
 * nothing of it has run. The others strike when the removal has run and is not answered yet.
 */
const struckFromHere: { readonly [fault in FaultKind]?: (host: LabHost, stage: Stage) => void } = {
  'lost before': (host) => host.drop(),
  'lost after': (host) => host.order({ name: 'drop-before-act' }),
  'unseen after': (host, stage) => {
    host.order({ name: 'drop-before-act' })
    blind(host, stage)
  },
  'host restarted': (host) => void host.restart(),
  'disk full there': (host) => host.order({ name: 'disk-full' }),
}

/** Tries one point and says what went wrong; nothing when all is well. */
export async function tryPoint(point: Point): Promise<readonly Finding[]> {
  const { stage, step, fault } = point
  const reference = await soundRun(stage, fault === 'host restarted')
  const bench = await Bench.for(stage)
  const { host } = bench
  let struck = false
  const atBetween = stage.verbs[step] === between && struckFromHere[fault] !== undefined
  const ledger: Ledger = new Ledger(host, async ({ steps, next }) => {
    const acted = steps.map(({ name }) => name)
    const due = fault === 'lost after' || fault === 'unseen after' ? step + 1 : step
    if (struck || atBetween || placeIn(stage, acted, next) !== due) return 'on'
    struck = true
    switch (fault) {
      case 'lost during':
        host.drop()
        return 'on'
      case 'lost before':
      case 'lost after':
        host.drop()
        return 'killed'
      case 'unseen after':
        host.drop()
        blind(host, stage)
        return 'killed'
      case 'worker killed':
        if (stage.verbs[step] === between) return 'killed'
        ledger.killInStep = true
        return 'on'
      case 'host restarted':
        void host.restart()
        return 'on'
      case 'disk full there':
        host.order({ name: 'disk-full' })
        return 'on'
      default:
        throw new Error(`Internal error: ${fault} is not tried in one process`)
    }
  })
  const strikeBetween = (): void => {
    if (!atBetween || struck) return
    struck = true
    struckFromHere[fault]?.(host, stage)
  }
  try {
    const first = await bench.run(stage, stateBefore(stage), strikeBetween)
    const then = { changed: ledger.changed, world: host.world }
    const findings = [...findingsOf.first(point, first, then)]
    if (!struck) findings.push(neverStruck)
    // Until it can be seen no run says more of it than that it is not known, and none does anything.
    if (fault === 'unseen after') {
      const meanwhile = await bench.run(stage, first.state)
      findings.push(...findingsOf.unseen(first), ...findingsOf.unseen(meanwhile))
      if (!isDeepStrictEqual(meanwhile.state, first.state))
        findings.push({ counter: 'wrongReports', what: 'a run that saw nothing wrote another state' })
    }
    if (fault === 'host restarted') await host.restart()
    host.clear()
    const second = await bench.run(stage, first.state)
    return [...findings, ...findingsOf.last(point, second, host.world, ledger, reference)]
  } finally {
    await bench.close()
  }
}
