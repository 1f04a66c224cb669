import type { JsonObject } from '../../domain/json.ts'
import { Features } from './features.ts'
import { sha256 } from './file-nodes.ts'
import { Files } from './files.ts'
import { HyperV } from './hyperv.ts'
import { Ids } from './ids.ts'
import { Network } from './network.ts'
import { Services } from './services.ts'
import { snapshotOf } from './snapshot.ts'

export type WorldSpec = {
  readonly host: string
  readonly account: string
  readonly image: 'bare' | 'hyperv'
  /** Address that carries the session. */
  readonly address: string
  readonly freeBytes: number
  /** Identities that Windows would draw at random come from it. */
  readonly seed: number
}

/** One Windows host in memory: what its cmdlets see and change. Lives as long as the lab's process. */
export class World {
  readonly computerName: string
  readonly account: string
  /** MachineGuid: the same each time that a lab makes this host, as its key is. Undefined: the host does not say. */
  machineId: string | undefined
  readonly files: Files
  readonly features: Features
  readonly services: Services
  readonly network: Network
  readonly hyperv: HyperV
  readonly ids: Ids
  /** `denied`: the account may read, and neither write nor manage machines. */
  rights: 'full' | 'denied' = 'full'
  /** Language of error messages and of status texts. */
  language: 'en' | 'de' = 'en'
  /** True: scripts never end by themselves. */
  hung = false
  /** Told after each cmdlet; throws `ProcessEnded` for a fault that strikes in the middle of a script. */
  afterCmdlet: ((cmdlet: string) => void) | undefined
  /** Modules of PowerShell whose commands are not found. */
  readonly missingModules = new Set<string>()
  /** The host's clock minus the true one, ms. */
  clockSkewMs = 0
  bootedAt: number
  /** Set by `shutdown /r` and Restart-Computer: seconds until it restarts. */
  restartIn: number | undefined
  readonly #now: () => number
  readonly #events: { readonly at: number; readonly act: () => void }[] = []
  #slept = 0
  #last = 0

  constructor(spec: WorldSpec, now: () => number) {
    this.#now = now
    this.bootedAt = now() - 3 * 86_400_000
    this.computerName = spec.host.toUpperCase().slice(0, 15)
    this.account = spec.account
    const drawn = sha256(Buffer.from(`machine of ${spec.host}`))
    this.machineId = drawn.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    this.ids = new Ids(spec.seed)
    this.files = new Files(spec.freeBytes, () => this.now())
    for (const folder of folders(spec.account)) this.files.makeFolder(folder)
    const installed = spec.image === 'hyperv' ? ['Hyper-V', 'Hyper-V-Tools', 'Hyper-V-PowerShell'] : []
    this.features = new Features(installed)
    this.services = new Services(installed)
    this.network = new Network(
      [
        { name: 'Ethernet', description: 'Intel(R) I350 Gigabit Network Connection', address: spec.address },
        { name: 'Ethernet 2', description: 'Intel(R) I350 Gigabit Network Connection #2' },
      ],
      this.ids,
    )
    this.hyperv = new HyperV(this.files, this.network, () => this.now(), this.ids)
    this.files.inUse = (path) => this.hyperv.holds(path)
    this.files.mayWrite = (path) => this.rights === 'full' || openToAll.test(path)
  }

  /** The host's own time, ms since 1970; never goes back. */
  now(): number {
    this.#last = Math.max(this.#last, this.#now() + this.#slept)
    return this.#last + this.clockSkewMs
  }

  /** Lines that scripts printed to the session's own output and nobody has sent yet. */
  readonly console: string[] = []

  /** What a script may sleep until its time is up, ms. */
  sleepLeft = Infinity

  /** A script sleeps: the host's time goes on, and whoever runs the script waits for it afterwards. False: its time is up. */
  sleep(ms: number): boolean {
    const left = this.sleepLeft
    this.sleepLeft -= ms
    this.#slept += Math.min(ms, left)
    this.settle()
    return ms <= left
  }

  /** Lets something happen on the host later, ms from now. */
  later(ms: number, act: () => void): void {
    this.#events.push({ at: this.now() + ms, act })
    this.settle()
  }

  /** Lets everything that is due happen. */
  settle(): void {
    for (;;) {
      const due = this.#events.find((e) => e.at <= this.now())
      if (due === undefined) return
      this.#events.splice(this.#events.indexOf(due), 1)
      due.act()
    }
  }

  /** Time that scripts have slept and nobody has waited for yet, ms. */
  takeSlept(): number {
    const ms = this.#slept
    this.#slept = 0
    return ms
  }

  /** What a restart does: pending features are completed, services and machines start by their own rules. */
  restarted(): void {
    this.restartIn = undefined
    const { came, went } = this.features.complete()
    for (const feature of went) this.services.featureWent(feature)
    for (const feature of came) this.services.featureCame(feature)
    this.services.restart()
    this.hyperv.restart()
    this.bootedAt = this.now()
  }

  /** Everything that a test may want to compare, lists sorted. */
  snapshot(): JsonObject {
    return snapshotOf(this)
  }
}

/** Where any account may write. */
const openToAll = /^C:\\(ProgramData|Windows\\Temp|Users)\\/i

const folders = (account: string): readonly string[] => [
  'C:\\Windows\\System32',
  'C:\\Windows\\Temp',
  'C:\\Program Files',
  'C:\\ProgramData\\ssh',
  'C:\\Users\\Public\\Documents',
  `C:\\Users\\${account}\\AppData\\Local\\Temp`,
]
