import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as pulumi from '@pulumi/pulumi'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EngineEvent } from './engine-event.ts'
import { createInterrupts } from './interrupts.ts'
import { ensureEngine, type Engine } from './obtain.ts'
import { memoryProvider, Thing, type MemoryProvider } from './run.rig.ts'
import { runStack, type Operation, type StackRun } from './run.ts'
import { call } from './call.ts'
import { clearStaleLock } from './lock.ts'
import { exportState, listStacks, readExport } from './state.ts'

let engine: Engine
beforeAll(async () => {
  const obtained = await ensureEngine({ env: process.env, onProgress: () => undefined })
  if (!obtained.ok) throw new Error(JSON.stringify(obtained.error))
  engine = obtained.value
}, 900_000)

let folder: string
let provider: MemoryProvider
let events: EngineEvent[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-run-'))
  mkdirSync(join(folder, 'state'))
  mkdirSync(join(folder, 'plugin'))
  // Looked for on disk although the engine attaches to a port; it must not be started.
  writeFileSync(join(folder, 'plugin/pulumi-resource-memory'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  provider = await memoryProvider()
  events = []
})
afterEach(() => {
  provider.close()
  rmSync(folder, { recursive: true, force: true })
})

const aRun = (operation: Operation, change: Partial<StackRun> = {}): StackRun => ({
  enginePath: engine.path,
  engineVersion: engine.version,
  project: 'test',
  stack: 'mission.beirut',
  backendUrl: pathToFileURL(join(folder, 'state')).href,
  workFolder: join(folder, 'work'),
  pluginFolders: { memory: join(folder, 'plugin') },
  passphrase: { from: 'value', value: 'correct horse' },
  env: process.env,
  debugProviders: { memory: provider.port },
  parallel: 8,
  interrupts: createInterrupts(),
  operation,
  onEvent: (event) => events.push(event),
  program: twoThings,
  ...change,
})

/** The second one depends on the first. */
const twoThings = () => {
  const motd = new Thing('motd', 'hello')
  const echo = new Thing('echo', motd.content)
  return Promise.resolve({ said: echo.content })
}
const urnOf = (name: string) => `urn:pulumi:mission.beirut::test::memory:index:Thing::${name}`
/** Without what the engine calls at the end of each run. */
const acts = () => provider.calls.splice(0).filter((call) => call !== 'cancel')

describe('a stack on the real engine', () => {
  it('is previewed without an act, applied, left alone when nothing changed, refreshed and destroyed', async () => {
    const previewed = await runStack(aRun('preview'))
    expect(previewed).toMatchObject({
      ok: true,
      value: { changes: { create: 3 }, outputs: { said: 'hello' } },
    })
    expect(acts()).toEqual([])

    expect(await runStack(aRun('up'))).toMatchObject({ ok: true, value: { changes: { create: 3 } } })
    expect(acts()).toEqual(['create motd', 'create echo'])
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'resource',
        phase: 'done',
        op: 'create',
        urn: urnOf('echo'),
        id: 'echo',
        planning: false,
      }),
    )

    expect(await runStack(aRun('up'))).toMatchObject({ ok: true, value: { changes: { same: 3 } } })
    expect(acts()).toEqual([])

    provider.things.delete('echo')
    expect(await runStack(aRun('refresh'))).toMatchObject({ ok: true, value: { changes: { delete: 1 } } })
    expect(acts().sort()).toEqual(['read echo', 'read motd'])

    expect(await runStack(aRun('preview-destroy'))).toMatchObject({
      ok: true,
      value: { changes: { delete: 2 } },
    })
    expect(acts()).toEqual([])
    expect(await runStack(aRun('destroy'))).toMatchObject({ ok: true })
    expect(acts()).toEqual(['delete motd'])
    expect(provider.things.size).toBe(0)
  })

  it('says which inputs a change is about', async () => {
    await runStack(aRun('up'))
    await runStack(
      aRun('preview', { program: () => Promise.resolve({ x: new Thing('motd', 'bye').content }) }),
    )
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'resource',
        op: 'update',
        urn: urnOf('motd'),
        diffs: ['content'],
        planning: true,
      }),
    )
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'resource', op: 'delete', urn: urnOf('echo') }),
    )
  })

  it('touches only the targets', async () => {
    const program = () => Promise.resolve({ a: new Thing('a', '1').urn, b: new Thing('b', '2').urn })
    expect(await runStack(aRun('up', { program, targets: [urnOf('b')] }))).toMatchObject({ ok: true })
    expect(acts()).toEqual(['create b'])
  })

  it('goes on with what does not depend on a resource that failed, and says why it did', async () => {
    provider.failing.set('motd', 'no room')
    const program = () => Promise.resolve({ x: twoThings(), y: new Thing('other', '1').content })
    expect(await runStack(aRun('up', { program }))).toEqual({
      ok: false,
      error: { kind: 'resources', failed: [{ urn: urnOf('motd'), message: 'no room' }] },
    })
    expect(acts().sort()).toEqual(['create motd', 'create other'])
    provider.failing.clear()
    expect(await runStack(aRun('up', { program }))).toMatchObject({
      ok: true,
      value: { changes: { create: 2, same: 2 } },
    })
  })

  it('is not failed by another stack of the same process', async () => {
    const other = await memoryProvider()
    other.failing.set('motd', 'no room')
    const last = provider.hold('echo')
    const good = runStack(aRun('up'))
    await last.arrived
    const bad = await runStack(
      aRun('up', {
        stack: 'mission.nairobi',
        workFolder: join(folder, 'work-nairobi'),
        debugProviders: { memory: other.port },
      }),
    )
    last.release()
    other.close()
    expect(bad).toMatchObject({ ok: false, error: { kind: 'resources' } })
    expect(await good).toMatchObject({ ok: true, value: { changes: { create: 3 } } })
    expect(process.listeners('unhandledRejection').filter((listener) => listener.name === '')).toEqual([])
  })

  it.each([
    ['at once', () => Promise.reject(new TypeError('no such site'))],
    ['in an output', () => Promise.resolve({ x: new Thing('motd', '1').content.apply(fail) })],
    ['in a detached apply', () => Promise.resolve(void new Thing('motd', '1').content.apply(fail))],
  ])('tells an error that the program throws %s', async (_, program) => {
    const result = await runStack(aRun('preview', { program }))
    expect(result).toMatchObject({ ok: false, error: { kind: 'program' } })
    expect(JSON.stringify(result)).toContain('no such site')
  })
})

const fail = (): never => {
  throw new Error('no such site')
}

describe('state', () => {
  it('is there again with a fresh work folder, secrets included', async () => {
    const program = () => Promise.resolve({ x: new Thing('motd', pulumi.secret('swordfish')).content })
    expect(await runStack(aRun('up', { program }))).toMatchObject({ ok: true })
    rmSync(join(folder, 'work'), { recursive: true })
    expect(await runStack(aRun('preview', { program }))).toMatchObject({
      ok: true,
      value: { changes: { same: 2 } },
    })
    const state = await exportState(aRun('preview'))
    // Read from the file it is what the engine would have exported.
    const printed = await call(aRun('preview'), [
      'stack',
      'export',
      '--show-secrets',
      '--stack',
      'mission.beirut',
    ])
    expect(state).toEqual(printed.ok && { ok: true, value: readExport(printed.value ?? '') })
    const marked = {
      '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
      value: 'swordfish',
    }
    const thing = state.ok
      ? state.value?.resources.find(({ type }) => type === 'memory:index:Thing')
      : undefined
    expect(thing?.inputs['content']).toEqual(marked)
    expect(JSON.stringify(events)).not.toContain('swordfish')
    const written = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const texts = written.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    expect(texts.some((text) => text.includes('ciphertext'))).toBe(true)
    expect(texts.some((text) => text.includes('swordfish'))).toBe(false)

    rmSync(join(folder, 'work'), { recursive: true })
    const wrong = await runStack(aRun('preview', { program, passphrase: { from: 'value', value: 'wrong' } }))
    expect(wrong).toMatchObject({ ok: false, error: { kind: 'backend', problem: 'passphrase' } })
  })

  it('is undefined before the first run, and lists what was registered after it', async () => {
    expect(await exportState(aRun('preview'))).toEqual({ ok: true, value: undefined })
    expect(await listStacks(aRun('preview'))).toEqual({ ok: true, value: [] })
    await runStack(aRun('up'))
    const state = await exportState(aRun('preview'))
    const things = state.ok ? state.value?.resources.filter(({ type }) => type === 'memory:index:Thing') : []
    expect(things).toMatchObject([
      { urn: urnOf('motd'), id: 'motd', inputs: { name: 'motd', content: 'hello' }, dependencies: [] },
      { urn: urnOf('echo'), id: 'echo', dependencies: [urnOf('motd')] },
    ])
    expect(await listStacks(aRun('preview'))).toEqual({ ok: true, value: ['mission.beirut'] })
  })

  it('has nothing to destroy or refresh where there is no stack', async () => {
    expect(await runStack(aRun('destroy'))).toMatchObject({ ok: true, value: { changes: {} } })
    expect(await runStack(aRun('refresh'))).toMatchObject({ ok: true, value: { changes: {} } })
    expect(await listStacks(aRun('preview'))).toEqual({ ok: true, value: [] })
  })

  it.each([
    ['that does not exist', () => join(folder, 'nowhere')],
    ['that is a file', () => join(folder, 'plugin/pulumi-resource-memory')],
  ])('can not be kept in a folder %s', async (_, path) => {
    const result = await runStack(aRun('up', { backendUrl: pathToFileURL(path()).href }))
    expect(result).toMatchObject({ ok: false, error: { kind: 'backend', problem: 'not-found' } })
    expect(provider.calls).toEqual([])
  })

  it('can not be kept in a folder that is read-only, from the start or later', async () => {
    const bound = aRun('up', { enginePath: boundByModes() })
    const notWritable = { ok: false, error: { kind: 'backend', problem: 'not-writable' } }
    const folders = () => readdirSync(join(folder, 'state'), { recursive: true, withFileTypes: true })
    chmodSync(join(folder, 'state'), 0o555)
    expect(await runStack(bound)).toMatchObject(notWritable)
    chmodSync(join(folder, 'state'), 0o755)
    expect(await runStack(bound)).toMatchObject({ ok: true })
    acts()
    for (const entry of folders())
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o555)
    expect(
      await runStack({ ...bound, program: () => Promise.resolve({ x: new Thing('new', '1').urn }) }),
    ).toMatchObject(notWritable)
    expect(acts()).toEqual([])
  })

  /** Modes of files don't bind root; an engine without that right they do. */
  function boundByModes(): string {
    if (process.getuid?.() !== 0) return engine.path
    const path = join(folder, 'pulumi-without-override')
    const rights = '-dac_override,-dac_read_search'
    const script = `exec setpriv --bounding-set=${rights} --inh-caps=${rights} '${engine.path}' "$@"`
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return path
  }

  it('needs a passphrase', async () => {
    const { PULUMI_CONFIG_PASSPHRASE: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...env } = process.env
    expect(await runStack(aRun('up', { env, passphrase: { from: 'environment' } }))).toMatchObject({
      ok: false,
      error: { kind: 'backend', problem: 'passphrase' },
    })
  })
})

describe('the lock', () => {
  it('keeps a second run out while the first one is at it, and names its holder', async () => {
    const held = provider.hold('motd')
    const first = runStack(aRun('up'))
    await held.arrived
    const second = await runStack(aRun('up'))
    expect(second).toMatchObject({
      ok: false,
      error: { kind: 'locked', stack: 'organization/test/mission.beirut', holders: [{ host: hostname() }] },
    })
    expect(await clearStaleLock(aRun('up'))).toMatchObject({ ok: false, error: { kind: 'may-be-alive' } })
    held.release()
    expect(await first).toMatchObject({ ok: true })
    expect(acts()).toEqual(['create motd', 'create echo'])
    expect(await clearStaleLock(aRun('up'))).toEqual({ ok: false, error: { kind: 'not-locked' } })
  })

  it('of an engine that was killed is cleared, and the next run goes on', async () => {
    const held = provider.hold('motd')
    const interrupts = createInterrupts()
    const killed = runStack(aRun('up', { interrupts }))
    await held.arrived
    process.kill(enginePid(), 'SIGKILL')
    expect(await killed).toMatchObject({ ok: false, error: { kind: 'engine' } })
    held.release()

    const refused = await runStack(aRun('up'))
    expect(refused).toMatchObject({ ok: false, error: { kind: 'locked' } })
    const pending = await exportState(aRun('up'))
    expect(pending).toMatchObject({
      ok: true,
      value: { pending: [{ type: 'creating', resource: { urn: urnOf('motd') } }] },
    })
    expect(await clearStaleLock(aRun('up'))).toMatchObject({ ok: true })
    expect(await runStack(aRun('up'))).toMatchObject({ ok: true })
    // What it had begun to create is there now: nothing is left begun, and nobody holds the stack.
    expect(await exportState(aRun('up'))).toMatchObject({ ok: true, value: { pending: [] } })
    expect(readdirSync(join(folder, 'state/.pulumi/locks/organization/test/mission.beirut'))).toEqual([])
  })

  it('and what a killed engine left half written beside the state keep nobody from reading it', async () => {
    const stacks = join(folder, 'state/.pulumi/stacks/test')
    expect(await runStack(aRun('up'))).toMatchObject({ ok: true })
    // Ours writes none of them; a plain pulumi does, and may be killed while it does.
    expect(readdirSync(stacks).filter((file) => file.endsWith('.attrs'))).toEqual([])
    for (const name of ['mission.beirut.json.attrs', 'mission.beirut.json.bak.attrs'])
      writeFileSync(join(stacks, name), '')
    expect(await exportState(aRun('up'))).toMatchObject({ ok: true, value: { pending: [] } })
    writeFileSync(join(stacks, 'mission.beirut.json.attrs'), '{"user.ca')
    expect(await runStack(aRun('up'))).toMatchObject({ ok: true, value: { changes: { same: 3 } } })
  })

  it('that another host holds is left alone', async () => {
    const holder = { user: 'anna', host: 'elsewhere', pid: 1, since: '2026-11-24T05:00:00Z' }
    const shared = aRun('up', { backendUrl: 'postgres://state.example/chancery' })
    expect(await clearStaleLock(shared, [holder])).toEqual({
      ok: false,
      error: { kind: 'may-be-alive', holder },
    })
  })
})

/** The process that holds the lock, as it wrote it there. */
function enginePid(): number {
  const locks = join(folder, 'state/.pulumi/locks/organization/test/mission.beirut')
  const [name] = readdirSync(locks).filter((file) => file.endsWith('.json'))
  const lock: { pid: number } = JSON.parse(readFileSync(join(locks, name ?? ''), 'utf8'))
  return lock.pid
}

describe('an interrupt', () => {
  it('from the terminal does not reach the engine, which is in a process group of its own', async () => {
    const held = provider.hold('motd')
    const run = runStack(aRun('up'))
    await held.arrived
    const group = (pid: number) =>
      Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }))
    expect(group(enginePid())).toBe(enginePid())
    expect(group(process.pid)).not.toBe(enginePid())
    held.release()
    expect(await run).toMatchObject({ ok: true })
  })

  it('lets what is in flight end and starts nothing new', async () => {
    const held = provider.hold('motd')
    const interrupts = createInterrupts()
    const run = runStack(aRun('up', { interrupts }))
    await held.arrived
    interrupts.interrupt()
    await provider.cancelled
    held.release()
    expect(await run).toEqual({ ok: false, error: { kind: 'interrupted', terminated: false, failed: [] } })
    expect(acts()).toEqual(['create motd'])
    const state = await exportState(aRun('up'))
    expect(state).toMatchObject({ ok: true, value: { pending: [] } })
    expect(state.ok && state.value?.resources.map(({ urn }) => urn)).toContain(urnOf('motd'))
  })

  it('that comes twice ends the run at once; what was in flight stays pending', async () => {
    const held = provider.hold('motd')
    const interrupts = createInterrupts()
    const run = runStack(aRun('up', { interrupts }))
    await held.arrived
    interrupts.interrupt()
    interrupts.interrupt()
    expect(await run).toMatchObject({ ok: false, error: { kind: 'interrupted', terminated: true } })
    // It has ended by itself, and not by being killed after a while: its lock is gone.
    expect(await clearStaleLock(aRun('up'))).toEqual({ ok: false, error: { kind: 'not-locked' } })
    held.release()
    expect(await exportState(aRun('up'))).toMatchObject({
      ok: true,
      value: { pending: [{ type: 'creating', resource: { urn: urnOf('motd') } }] },
    })
  })

  it('before the engine has started keeps it from starting', async () => {
    const interrupts = createInterrupts()
    interrupts.interrupt()
    expect(await runStack(aRun('up', { interrupts }))).toMatchObject({
      ok: false,
      error: { kind: 'interrupted' },
    })
    expect(provider.calls).toEqual([])
  })
})
