import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { guards } from './without.ts'

const script = fileURLToPath(new URL('./without.ts', import.meta.url))

/** Counters of these points, in a process of its own whose code lacks a guard. */
async function counted(
  number: number | '',
  points: readonly string[],
): Promise<{ [counter: string]: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(number), ...points])
  return JSON.parse(stdout) as { [counter: string]: number }
}

describe.each(guards.map((guard, number) => ({ ...guard, number })))(
  'without the rule that $what',
  ({ number, points, counter }) => {
    it(`${counter} rises, and with it does not`, async () => {
      const [lacking, whole] = await Promise.all([counted(number, points), counted('', points)])
      expect(whole).toEqual({ points: expect.any(Number) })
      expect(whole['points']).toBeGreaterThan(0)
      expect(lacking[counter]).toBeGreaterThan(0)
    }, 60_000)
  },
)
