import type { Json, JsonObject } from '../../lib/domain/json.ts'
import { type AtBoundary, type LabHost, ProcessEnded } from '../../lib/lab/index.ts'
import type { WireStep } from '../../lib/transport/wire.ts'
import { normal } from './normal.ts'

/** A step ran on the host. */
export type Entry = {
  /** Verb and parameters without what names the thing: it may be found by another name the second time. */
  readonly step: string
  readonly changed: boolean
  /** False: its process ended in the middle of it. */
  readonly whole: boolean
}

/**
 * Keeps account of what the steps of acts change on a host, seen past every connection, and lets a fault strike: before a step, or
 * in the middle of one, after the first cmdlet that changed something.
 */
export class Ledger {
  readonly entries: Entry[] = []
  /** Set: the process ends in the middle of the step that runs. */
  killInStep = false
  readonly #host: LabHost
  #open: { readonly step: WireStep; readonly before: string } | undefined

  constructor(host: LabHost, strike: AtBoundary = () => 'on') {
    this.#host = host
    host.atBoundary = async (at) => {
      // A step after which another act begins has failed in its middle.
      this.#close(at.next > 0)
      if (this.killInStep && at.next > 0) {
        // The step before had no cmdlet that changed anything: its process ends right after it.
        this.killInStep = false
        return 'killed'
      }
      const answer = await strike(at)
      const step = at.steps[at.next]
      if (answer === 'on' && step !== undefined) this.#open = { step, before: this.#state() }
      return answer
    }
    host.world.afterCmdlet = () => {
      if (!this.killInStep || this.#open === undefined || this.#open.before === this.#state()) return
      this.killInStep = false
      this.#close(false)
      throw new ProcessEnded()
    }
  }

  /** Anything was changed by a step. */
  get changed(): boolean {
    return this.entries.some((entry) => entry.changed)
  }

  /** Steps that changed something, whole, more often than in a sound run. */
  doubledAgainst(sound: Ledger): readonly string[] {
    const often = (ledger: Ledger, step: string): number =>
      ledger.entries.filter((one) => one.step === step && one.changed && one.whole).length
    return [...new Set(this.entries.map((one) => one.step))].filter(
      (step) => often(this, step) > Math.max(1, often(sound, step)),
    )
  }

  #close(whole: boolean): void {
    if (this.#open === undefined) return
    const { step, before } = this.#open
    this.#open = undefined
    const { id: _, name: __, ...params } = step.params as JsonObject
    const changed = before !== this.#state()
    this.entries.push({ step: `${step.name} ${JSON.stringify(params)}`, changed, whole })
  }

  #state(): string {
    return JSON.stringify(normal(this.#host.world.snapshot() as Json))
  }
}
