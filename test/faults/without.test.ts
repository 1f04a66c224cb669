import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { guards } from './without.ts'

const script = fileURLToPath(new URL('./without.ts', import.meta.url))

type Counted = {
  /** How many points and encounters were tried, by guard. */
  readonly tried: { readonly [what: string]: number }
  readonly counts: { readonly [counter: string]: number }
}

/** Counters in a process of its own, whose code lacks a guard. */
async function counted(number: number | ''): Promise<Counted> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(number)])
  return JSON.parse(stdout) as Counted
}

describe('points and encounters', () => {
  it('raise no counter while every guard is there, and each guard has some', async () => {
    const { tried, counts } = await counted('')
    expect(counts).toEqual({})
    expect(Object.keys(tried)).toEqual(guards.map(({ what }) => what))
    expect(Object.values(tried).every((many) => many > 0)).toBe(true)
  }, 120_000)
})

describe('without the rule that', () => {
  it.concurrent.each(guards.map((guard, number) => ({ ...guard, number })))(
    '$what, a counter rises: $counter',
    async ({ number, counter, what }) => {
      const { tried, counts } = await counted(number)
      expect(tried[what]).toBeGreaterThan(0)
      expect(counts[counter] ?? 0).toBeGreaterThan(0)
    },
    120_000,
  )
})
