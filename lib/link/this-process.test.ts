import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { processRuns, thisProcess, ticks } from './this-process.ts'

describe('a process', () => {
  test('knows itself from a later one of its id', () => {
    const me = thisProcess()
    expect(processRuns(me)).toBe(true)
    if (me.started !== '') expect(processRuns({ ...me, started: '1' })).toBe(false)
    expect(me.place.startsWith(me.boot)).toBe(true)
  })

  test('counts ticks that all processes of the machine share', async () => {
    const script = `process.stdout.write(String(process.hrtime.bigint() / 1000000n))`
    const before = ticks()
    const text = await new Promise<string>((resolve) => {
      spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.once(
        'data',
        (data: Buffer) => resolve(data.toString()),
      )
    })
    expect(Number(text)).toBeGreaterThanOrEqual(before)
    expect(Number(text)).toBeLessThanOrEqual(ticks())
  })
})
