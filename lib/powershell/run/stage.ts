import { type PsValue } from '../values.ts'

/** One command at work in a pipeline. `process(undefined)` runs it once without input. */
export interface Stage {
  begin(): void
  process(item: PsValue | undefined): void
  end(): void
}
