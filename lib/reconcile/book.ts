import type { Failure } from '../domain/failure.ts'
import type { Decision, Operation } from './decide.ts'
import type { StateOnly } from './secrecy.ts'
import type { Target } from './target.ts'

/**
 * The plan book: what the preview decided, by resource and operation. The apply run carries out these entries and no others.
 */
export type BookEntry = {
  readonly operation: Operation
  readonly target: Target
  readonly decision: Decision
  /** Digest of the inputs that the decision was made from; references not known yet are masked. */
  readonly inputDigest: string
  /** Inputs that were not known yet; steps may differ in them only. */
  readonly unknown: readonly string[]
  /** Names of inputs that are secret. */
  readonly secrets: ReadonlySet<string>
  /** False for the second half of a replacement: what it expects is true only after the first half. */
  readonly guardAtStart: boolean
}

/** A resource that can't be planned: inputs that are not known before their source exists, and that no plan can refer to. */
export type OpenInputs = {
  readonly urn: string
  readonly host: string
  readonly properties: readonly string[]
}

/** A free command that a preview announced: it is not observed and not guarded. */
export type AnnouncedCommand = {
  readonly operation: Operation
  readonly urn: string
  readonly host: string
  /** SHA-256 (hex) of host and text. */
  readonly digest: string
  /** False: nothing runs, for this operation has no text, or was done. */
  readonly runs: boolean
  /** What the state alone has to say otherwise of it; absent: nothing. */
  readonly record?: StateOnly
  /** Why it does not run though it has a text: by a person's word it was done. Absent: nobody said so. */
  readonly said?: string
  /** Why nothing may be done with it now. */
  readonly failure?: Failure
}

export class PlanBook {
  private readonly entries = new Map<string, BookEntry>()
  private readonly announced = new Map<string, AnnouncedCommand>()
  private readonly left = new Map<string, OpenInputs>()

  leaveOpen(inputs: OpenInputs): void {
    this.left.set(inputs.urn, inputs)
  }

  open(): readonly OpenInputs[] {
    return [...this.left.values()]
  }

  announce(command: AnnouncedCommand): void {
    this.announced.set(`${command.operation} ${command.urn}`, command)
  }

  command(operation: Operation, urn: string): AnnouncedCommand | undefined {
    return this.announced.get(`${operation} ${urn}`)
  }

  commands(): readonly AnnouncedCommand[] {
    return [...this.announced.values()]
  }

  write(entry: BookEntry): void {
    this.entries.set(`${entry.operation} ${entry.target.urn}`, entry)
  }

  read(operation: Operation, urn: string): BookEntry | undefined {
    return this.entries.get(`${operation} ${urn}`)
  }

  all(): readonly BookEntry[] {
    return [...this.entries.values()]
  }

  /** Entries that send something to that host. */
  acts(host: string): readonly (BookEntry & { decision: Extract<Decision, { do: 'act' }> })[] {
    return this.all().filter(
      (e): e is BookEntry & { decision: Extract<Decision, { do: 'act' }> } =>
        e.target.host === host && e.decision.do === 'act',
    )
  }
}
