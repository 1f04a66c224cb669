import type { Clock } from '../domain/clock.ts'
import type { AtBoundary } from './channel.ts'
import { type Fault, Faults } from './faults.ts'
import type { Executor } from './executor.ts'
import { keyPairOf, newKeyPair } from './key-pair.ts'
import { LabLink } from './link.ts'
import { type LabCounters, LabServer } from './server.ts'
import { Worker } from './worker.ts'
import { WorkerStore } from './worker-store.ts'
import { World } from './world/world.ts'

/** A host of the lab, as `startLab` is asked for it. */
export type LabHostSpec = {
  readonly id: string
  readonly site: string
  /** 0 = any free one. */
  readonly port: number
  /** Port on which it is reached over the site's second line; absent = over none. 0 = any free one. */
  readonly backupPort?: number
  /** Address of this machine to listen on; default 127.0.0.1. */
  readonly listenOn?: string
  readonly account: string
  /** OpenSSH public line of the key that may log in. */
  readonly authorizedKey: string
  /** `bare`: Windows Server without Hyper-V; `hyperv`: the same with Hyper-V and its module. */
  readonly image: 'bare' | 'hyperv'
  /** Private host key (OpenSSH PEM), to keep the host's identity when the lab starts again. Default: a new one. */
  readonly hostKey?: string
}

export type HostParts = {
  readonly spec: LabHostSpec
  readonly link: LabLink
  /** The site's second line; default: one without delay. */
  readonly backup?: LabLink
  readonly clock: Clock
  /** How long a restart takes, ms. */
  readonly restartMs: number
  /** Whether what scripts sleep takes real time. */
  readonly waits: boolean
  readonly executorOf: (world: World) => Executor
  readonly address: string
  readonly seed: number
}

/** One Windows host of the lab: its world, its SSH server, its faults. */
export class LabHost {
  readonly id: string
  readonly site: string
  /** Public host key, OpenSSH line without comment. */
  readonly hostKey: string
  /** Private host key, OpenSSH PEM: what `LabHostSpec.hostKey` takes. */
  readonly hostKeyPem: string
  readonly world: World
  readonly link: LabLink
  readonly #parts: HostParts
  readonly #faults = new Faults()
  readonly #server: LabServer
  readonly #backup: LabServer | undefined
  /** Asked at each boundary between the steps of an act, which waits for the answer; for faults that strike there. */
  atBoundary: AtBoundary | undefined
  #port = 0
  #backupPort: number | undefined
  #restarting: Promise<void> | undefined
  /** Bytes that a full disk has taken away. */
  #aside = 0

  constructor(parts: HostParts) {
    const { spec, link, clock, address } = parts
    this.#parts = parts
    this.id = spec.id
    this.site = spec.site
    this.link = link
    this.world = new World(
      { host: spec.id, account: spec.account, image: spec.image, address, freeBytes, seed: parts.seed },
      () => clock.now(),
    )
    this.hostKeyPem = spec.hostKey ?? newKeyPair().privatePem
    this.hostKey = publicLine(this.hostKeyPem)
    const store = new WorkerStore(this.world)
    const executor = parts.executorOf(this.world)
    const serverOver = (over: LabLink): LabServer =>
      new LabServer({
        account: spec.account,
        authorizedKey: spec.authorizedKey,
        hostKey: this.hostKeyPem,
        otherHostKey: newKeyPair().privatePem,
        world: this.world,
        link: over,
        faults: this.#faults,
        clock,
        waits: parts.waits,
        newWorker: () => new Worker(this.world, store, executor),
        executor,
        boundary: () => this.atBoundary,
        restart: (seconds) => void this.restart(seconds * 1000),
      })
    this.#server = serverOver(link)
    this.#backup =
      spec.backupPort === undefined ? undefined : serverOver(parts.backup ?? new LabLink(undefined, clock))
  }

  get port(): number {
    return this.#port
  }

  /** Port over the second line; undefined = it has none. */
  get backupPort(): number | undefined {
    return this.#backupPort
  }

  get counters(): Readonly<LabCounters> {
    return this.#server.counters
  }

  /** The same of what came over the second line; undefined = it has none. */
  get backupCounters(): Readonly<LabCounters> | undefined {
    return this.#backup?.counters
  }

  async listen(): Promise<void> {
    const { port, backupPort, listenOn } = this.#parts.spec
    this.#port = await this.#server.listen(port, listenOn)
    if (this.#backup !== undefined) this.#backupPort = await this.#backup.listen(backupPort ?? 0, listenOn)
  }

  /** Orders a fault; a second order of the same name replaces the first. */
  order(fault: Fault): void {
    if (fault.name === 'link-down' && fault.value === 0) return this.link.cut()
    if (fault.name === 'link-flaps') return this.link.flap(fault.value ?? 30_000)
    if (fault.name === 'access-denied') this.world.rights = 'denied'
    if (fault.name === 'localised') this.world.language = 'de'
    if (fault.name === 'time-limit') this.world.hung = true
    if (fault.name === 'module-missing') this.world.missingModules.add(fault.text ?? 'Hyper-V')
    if (fault.name === 'clock-skew') this.world.clockSkewMs = (fault.value ?? 10) * 60_000
    if (fault.name === 'disk-full' && this.#aside === 0) {
      this.#aside = this.world.files.free
      this.world.files.setAside(this.#aside)
      this.world.files.spare = (path) => path.toLowerCase().startsWith('c:\\programdata\\chancery\\')
    }
    if (fault.name === 'disk-fills' && this.#aside === 0) {
      this.#aside = Math.max(0, this.world.files.free - (fault.value ?? 0))
      this.world.files.setAside(this.#aside)
    }
    if (fault.name === 'target-in-use' && fault.text !== undefined)
      this.world.files.heldOpen.add(fault.text.toLowerCase())
    if (fault.name === 'content-corrupted') corruptContents(this.world)
    this.#faults.order(fault)
  }

  /** Takes every ordered fault back and restores the link. */
  clear(): void {
    if (this.#faults.standing('clock-skew') !== undefined) this.world.clockSkewMs = 0
    this.#faults.clear()
    this.world.missingModules.clear()
    this.world.rights = 'full'
    this.world.language = 'en'
    this.world.hung = false
    this.world.files.setAside(-this.#aside)
    this.#aside = 0
    this.world.files.spare = () => false
    this.world.files.heldOpen.clear()
    this.link.restore()
  }

  /**
   * Restarts the host after `inMs` (at most the time that a restart takes): sessions drop, connections are refused, pending
   * features are completed, services and machines start by their own rules. Resolves when it is up again.
   */
  restart(inMs = 0): Promise<void> {
    this.world.restartIn = undefined
    this.#restarting ??= this.#restart(Math.min(inMs, this.#parts.restartMs))
    return this.#restarting
  }

  /** Cuts every session; what runs on the host runs on. */
  drop(): void {
    this.#server.drop()
    this.#backup?.drop()
  }

  async close(): Promise<void> {
    this.link.restore()
    await Promise.all([this.#server.close(), this.#backup?.close()])
  }

  async #restart(inMs: number): Promise<void> {
    const { clock, restartMs } = this.#parts
    if (inMs > 0) await clock.sleep(inMs)
    this.#server.down()
    this.#backup?.down()
    await clock.sleep(restartMs)
    this.world.restarted()
    this.#server.up = true
    if (this.#backup !== undefined) this.#backup.up = true
    this.#restarting = undefined
  }
}

/** A disk that forgets: one byte of each content in the store becomes another. */
function corruptContents({ files }: World): void {
  for (const [path, node] of files.walk()) {
    if (node.kind !== 'file' || !/\\Chancery\\content\\[0-9a-f]{64}$/i.test(path)) continue
    const read = files.read(path)
    if (!read.ok || read.value.length === 0) continue
    const bytes = read.value.slice()
    bytes[bytes.length >> 1]! ^= 1
    files.write(path, bytes)
  }
}

/** Free on `C:` of a fresh host, bytes. */
const freeBytes = 200 * 1024 ** 3

function publicLine(pem: string): string {
  const pair = keyPairOf(pem)
  if (!pair.ok) throw new Error(`Internal error: host key: ${pair.error}`)
  return pair.value.publicLine
}
