import type { JsonObject } from '../../lib/domain/json.ts'
import type { LabBench } from './lab-bench.ts'

/** A state that a script may meet on a host, and what it must do there: end well, or fail with this error and change nothing. */
export type Scene = {
  readonly title: string
  readonly verb: string
  readonly params: JsonObject | ((bench: LabBench) => JsonObject)
  readonly prepare?: (bench: LabBench) => void
  readonly expect: 'well' | `Chancery.${string}`
  /** Words that the error's message must hold. */
  readonly says?: readonly string[]
  /** Category of the error, where callers tell by it. */
  readonly category?: string
  /** True: it fails after it began. */
  readonly begins?: true
  /** By what the printed text is not as it must be. */
  readonly prints?: (text: string | undefined, bench: LabBench) => string | undefined
  /** By what the host is not as it must be afterwards. */
  readonly wrong?: (bench: LabBench) => string | undefined
}
