import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import { type Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { observe } from '../reconcile/act.ts'
import type { HostBatch } from '../reconcile/batch.ts'
import { type BookEntry, type PlanBook } from '../reconcile/book.ts'
import { decide, type Decision, type Operation } from '../reconcile/decide.ts'
import type { Me } from '../reconcile/ownership.ts'
import { type Secretive, withoutSecrets } from '../reconcile/hidden.ts'
import type { Catalogue, LoadedKind } from '../reconcile/loaded-kind.ts'
import { type Observations } from '../reconcile/look.ts'
import type { Observation } from '../reconcile/observation.ts'
import { keyOf, nameOf, type Target } from '../reconcile/target.ts'
import { toldAnew, type Unended } from '../reconcile/unended.ts'
import { stillUnknown } from '../reconcile/unseen.ts'
import type { CommandWords } from './command/command-words.ts'
import type { ContentPort } from './source-files.ts'
import type { Inputs } from './inputs.ts'
import { type PreviewMemory, recalled, rememberedOf } from './preview-memory.ts'

/** What one run of one stack is for. `free`: plain `pulumi`, which tells a provider neither. */
export type Phase = 'preview' | 'apply' | 'refresh' | 'free'

export type StackRunOptions = {
  readonly phase: Phase
  readonly catalogue: Catalogue
  /** Ids of the hosts that this stack may touch. */
  readonly hosts: readonly string[]
  /** The one batch of a host, for the life of the process. */
  readonly batch: (host: string) => HostBatch
  readonly organisation: string
  readonly backend: string
  readonly observations: Observations
  /**
   * URNs of the state that the program declares no more and this resource may have had, where it has none in the state. Absent, as under
   * plain `pulumi`: not known, and a record under another URN is another resource's.
   */
  readonly formerly?: (urn: string) => readonly string[]
  /** Written by a preview, read by an apply. */
  readonly book: PlanBook
  /** Names or URNs of resources that the person named for removal with their data. */
  readonly dataLoss: ReadonlySet<string>
  /** False: nothing is looked at now; what was not seen before is unobservable. */
  readonly online: boolean
  readonly clock: Clock
  readonly emit: Emit
  /** Files of this machine that resources name. Absent: none can be read, and such a resource is refused by its kind. */
  readonly contents?: ContentPort
  /** What earlier runs left without an end. Absent: nobody keeps that. */
  readonly unended?: Unended
  /** What is known of free commands whose act never ended. Absent: nobody keeps that. */
  readonly commands?: CommandWords
  /** Under plain `pulumi`: what its preview decided, kept for its update. */
  readonly memory?: PreviewMemory
}

/** The state of one run: what was seen, what was decided, what failed. The gRPC handlers work on it. */
export class StackRun {
  readonly options: StackRunOptions
  readonly failures = new Map<string, Failure>()
  readonly stopped = new AbortController()
  /** Resources whose replacement was announced by Diff: the old one's key. */
  readonly replacing = new Map<string, string>()
  /** URNs of what this run has removed. */
  readonly removed = new Set<string>()
  private readonly taken = new Map<string, string>()
  private readonly secretive = new Map<string, Secretive>()

  constructor(options: StackRunOptions) {
    this.options = options
  }

  kind(type: string): LoadedKind | undefined {
    return type.startsWith('chancery:')
      ? this.options.catalogue.get(type.slice('chancery:'.length))
      : undefined
  }

  /** `operation`: only of what the engine updates is it sure that it is what the state has, by whatever URN. */
  owner(urn: string, operation: Operation): Me {
    const { organisation, backend, clock } = this.options
    const formerly = operation === 'update' ? (this.options.formerly?.(urn) ?? []) : []
    return { organisation, backend, urn, operation: '', since: Math.floor(clock.now() / 1000), formerly }
  }

  /** The other resource of this run that already stands for the same thing. */
  takes(target: Target): string | undefined {
    const id = `${target.host}|${keyOf(target)}`
    const other = this.taken.get(id)
    if (other !== undefined && other !== target.urn) return other
    this.taken.set(id, target.urn)
    return undefined
  }

  /** From memory, or by a look now. */
  async observe(target: Target): Promise<Result<Observation, Failure>> {
    const known = this.options.observations.get(target)
    if (known !== undefined) return ok(known)
    if (!this.options.online) {
      const because = 'it was never looked at, and this preview is offline'
      return ok({
        state: 'unobservable',
        failure: { kind: 'unobservable', host: target.host, resource: nameOf(target), because },
      })
    }
    if (this.stopped.signal.aborted) return err({ kind: 'interrupted', host: target.host })
    const answer = await observe(this.options.batch(target.host), target, this.stopped.signal)
    if (answer.ok) this.options.observations.set(target, answer.value)
    return answer
  }

  /** Decides and, in a preview, writes the book. */
  async plan(operation: Operation, target: Target, inputs: Inputs): Promise<Result<Decision, Failure>> {
    const { memory, phase } = this.options
    const before = recalled(memory, operation, target, inputs)
    if (!before.ok) return before
    const observed = before.value === undefined ? await this.sight(operation, target) : ok(before.value)
    if (!observed.ok) return observed
    const { observation, guardAtStart } = observed.value
    if (phase === 'free' && memory?.follows === false) {
      const sight = observation.state === 'seen' ? observation : undefined
      memory.note(rememberedOf(operation, target, inputs, sight, guardAtStart))
    }
    const decided = decide(
      operation,
      target,
      observation,
      this.owner(target.urn, operation),
      this.dataLossNamed(target),
    )
    const { unended } = this.options
    const told = toldAnew(decided, operation, target, unended)
    const decision = stillUnknown(told, { operation, target }, observation.state === 'seen', unended)
    if (phase === 'preview') {
      this.options.book.write({
        operation,
        target,
        decision,
        inputDigest: inputs.digest,
        unknown: inputs.unknown,
        secrets: inputs.secrets,
        guardAtStart,
      })
    }
    return ok(decision)
  }

  /** The second half of a replacement expects what the first half leaves: nothing. */
  private async sight(
    operation: Operation,
    target: Target,
  ): Promise<Result<{ observation: Observation; guardAtStart: boolean }, Failure>> {
    if (operation === 'create' && this.replacing.get(target.urn) === keyOf(target)) {
      const gone: Observation = { state: 'seen', hash: 'absent', found: null, owner: null }
      return ok({ observation: gone, guardAtStart: false })
    }
    const observed = await this.observe(target)
    return observed.ok ? ok({ observation: observed.value, guardAtStart: true }) : observed
  }

  entry(operation: Operation, urn: string): BookEntry | undefined {
    return this.options.phase === 'apply' ? this.options.book.read(operation, urn) : undefined
  }

  /** What is secret of a resource: no text that a host sends in this run is told with it, whatever it is about. */
  learn(urn: string, inputs: Secretive): void {
    if (inputs.secrets !== undefined && inputs.secrets.size > 0) this.secretive.set(urn, inputs)
  }

  /** What a host said, as it may be told. */
  told<T>(said: T): T {
    return [...this.secretive.values()].reduce((value, one) => withoutSecrets(one, value), said)
  }

  /** Why something is not made, and that the one before it is gone already where this run has removed it. */
  halfReplaced(target: Target, failure: Failure): Failure {
    return this.removed.has(target.urn) ? { ...failure, removed: nameOf(target) } : failure
  }

  fail(target: Target, said: Failure): void {
    this.learn(target.urn, target)
    const failure = this.told(said)
    this.failures.set(target.urn, failure)
    this.options.emit({ kind: 'resource', host: target.host, resource: nameOf(target), result: failure })
  }

  succeed(target: Target, result: 'done' | 'same', warnings: readonly string[] = []): void {
    for (const message of this.told(warnings)) {
      this.options.emit({ kind: 'warning', host: target.host, resource: nameOf(target), message })
    }
    this.options.emit({ kind: 'resource', host: target.host, resource: nameOf(target), result })
  }

  private dataLossNamed(target: Target): boolean {
    return this.options.dataLoss.has(target.urn) || this.options.dataLoss.has(nameOf(target))
  }
}
