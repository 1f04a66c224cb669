import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PulumiCommand } from '@pulumi/pulumi/automation/index.js'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock } from '../domain/clock.ts'
import { createInterrupts, type Interrupts } from './interrupts.ts'
import { engineCommand, EngineExit, type EngineCommand } from './pulumi-command.ts'

/** Dies of SIGINT until the file `go` appears; from then on says each one, and ends as its argument tells. */
const fakeEngine = `#!${process.execPath}
const { existsSync, watch } = require('node:fs')
const ignores = process.argv.includes('ignores')
const listen = () => {
  let heard = 0
  process.on('SIGINT', () => {
    heard++
    process.stdout.write('heard ' + heard + '\\n')
    if (!ignores && heard === 2) process.exit(8)
  })
  process.stdout.write('listening\\n')
}
const watcher = watch(__dirname, () => { if (existsSync(__dirname + '/go')) { watcher.close(); listen() } })
setInterval(() => {}, 1e6)
process.stdout.write('started\\n')
`

let folder: string
let interrupts: Interrupts
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-command-'))
  writeFileSync(join(folder, 'engine.cjs'), fakeEngine, { mode: 0o755 })
  interrupts = createInterrupts()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const noTime: Clock = { now: () => 0, sleep: () => new Promise(() => undefined) }
const allTime: Clock = { now: () => 0, sleep: () => Promise.resolve(true) }

function start(
  clock: Clock,
  argument: string,
): { said(line: string): Promise<void>; ended: Promise<unknown>; engine: EngineCommand } {
  const engine = engineCommand({
    enginePath: join(folder, 'engine.cjs'),
    engineVersion: '3.259.0',
    env: { NODE_OPTIONS: '' },
    interrupts,
    clock,
  })
  let output = ''
  let check = (): void => undefined
  const onOutput = (text: string) => {
    output += text
    check()
  }
  // The SDK's type doesn't list `run`, which its stacks call.
  const run: unknown = Reflect.get(engine.command, 'run')
  if (typeof run !== 'function') throw new Error('no run')
  const ended: Promise<unknown> = Promise.resolve(run([argument], folder, {}, onOutput)).catch(
    (error: unknown) => error,
  )
  const said = (line: string) =>
    new Promise<void>((resolve) => {
      check = () => output.includes(`${line}\n`) && resolve()
      check()
    })
  return { said, ended, engine }
}

const anything = { sequence: 1, timestamp: 0 }
const cancelling = {
  ...anything,
  stdoutEvent: { message: '^C received; cancelling. If you', color: 'never' },
}

it('is what the Automation API takes for its own command', () => {
  const { command } = engineCommand({
    enginePath: '/x/pulumi',
    engineVersion: '3.259.0',
    env: {},
    interrupts,
  })
  expect(command).toBeInstanceOf(PulumiCommand)
  expect(command.version?.version).toBe('3.259.0')
})

it('holds an interrupt back until the engine listens, then sends one signal for each', async () => {
  const { said, ended, engine } = start(noTime, 'obeys')
  await said('started')
  interrupts.interrupt()
  writeFileSync(join(folder, 'go'), '')
  await said('listening')
  engine.hear(anything)
  await said('heard 1')
  interrupts.interrupt()
  engine.hear(cancelling)
  const error = await ended
  expect(error).toBeInstanceOf(EngineExit)
  expect(error).toMatchObject({ exit: { code: 8, stdout: 'started\nlistening\nheard 1\nheard 2\n' } })
})

it('kills an engine that does not end after the second interrupt', async () => {
  const { said, ended, engine } = start(allTime, 'ignores')
  await said('started')
  writeFileSync(join(folder, 'go'), '')
  await said('listening')
  engine.hear(anything)
  interrupts.interrupt()
  await said('heard 1')
  interrupts.interrupt()
  expect(await ended).toMatchObject({ exit: { signal: 'SIGKILL' } })
})

it('tells that the engine could not be started', async () => {
  rmSync(join(folder, 'engine.cjs'))
  expect(await start(noTime, '').ended).toMatchObject({ exit: { kind: 'not-started' } })
})
