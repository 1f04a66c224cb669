import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { it } from 'vitest'

/** A reader of what others wrote, and everything that may be put before it. */
export type Fuzz = {
  /** `the reader of plans`. */
  readonly of: string
  readonly parts: readonly FuzzPart[]
}

export type FuzzPart = {
  /** A sentence about the reader. */
  readonly title: string
  /** Of all inputs that are asked for. */
  readonly share: number
  /** Tries so many inputs; throws with the smallest that fails. */
  try(inputs: number, seed: number, tell?: Told): void
}

/** Told of each input. */
type Told = {
  begun(): void
  /** How much of a processor it took, ms. */
  took(ms: number): void
}

/** No input takes more of a processor, ms. Where one takes for ever, only whoever waits for it can tell. */
export const longestMs = 2_000

/** `hold` reads one input and throws where the answer is not as every answer must be. */
export const fuzzPart = <T>(
  title: string,
  share: number,
  inputs: fc.Arbitrary<T>,
  hold: (input: T) => void,
): FuzzPart => ({
  title,
  share,
  try: (numRuns, seed, tell) =>
    fc.assert(
      fc.property(inputs, (input) => {
        tell?.begun()
        const before = process.threadCpuUsage()
        quietly(() => hold(input))
        const { user, system } = process.threadCpuUsage(before)
        const ms = (user + system) / 1000
        tell?.took(ms)
        assert.ok(ms < longestMs, `${ms} ms of the processor, limit ${longestMs}`)
        assert.deepEqual(added(), [], 'an input adds nothing to what every object inherits')
      }),
      { numRuns, seed, includeErrorInReport: true },
    ),
})

/** A warning that Node would print is a failure. */
function quietly(work: () => void): void {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error) => assert.fail(`printed: ${String(warning)}`)
  try {
    work()
  } finally {
    process.emitWarning = emitWarning
  }
}

const born = [Object.prototype, Array.prototype].map((one) => Reflect.ownKeys(one).length)

/** What every object or list inherits, and did not at first. */
const added = (): readonly PropertyKey[] =>
  [Object.prototype, Array.prototype].flatMap((one, i) => Reflect.ownKeys(one).slice(born[i]))

/** Of so many inputs those of a part; at least one. */
export const inputsOf = ({ share }: FuzzPart, inputs: number): number =>
  Math.max(1, Math.ceil(inputs * share))

/** Each part as a test, with ten thousand inputs in all. `npm run fuzz` tries more. */
export function fuzzTests({ parts }: Fuzz, test: typeof it): void {
  const seed = Math.trunc(Math.random() * 2 ** 31)
  for (const part of parts) {
    const inputs = inputsOf(part, 10_000)
    test(`${part.title} (${inputs} inputs, seed ${seed})`, { timeout: 300_000 }, () => part.try(inputs, seed))
  }
}
