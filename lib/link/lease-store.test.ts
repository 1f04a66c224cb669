import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { leaseMs, type LeaseStore } from './lease.ts'
import { LeaseStoreUnusable } from './lease-failure.ts'
import { type LeaseStoreParts, openLeaseStore } from './lease-store.ts'
import type { ProcessId } from './this-process.ts'

let folder: string
let file: string
const opened: LeaseStore[] = []
/** Processes of this test's machine that run: id and start. */
let running: Set<string>
let passed: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-lease-'))
  file = join(folder, 'leases.sqlite')
  running = new Set(['1 a', '2 a'])
  passed = 1_000_000
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const here = { machine: 'here', user: 'anna', place: 'boot ns', boot: 'boot', started: 'a' }
const open = (
  pid: number,
  over: Partial<ProcessId> = {},
  parts: Partial<LeaseStoreParts> = {},
): LeaseStore => {
  const store = openLeaseStore(file, {
    me: { ...here, pid, ...over },
    ticks: () => passed,
    now: () => 0,
    runs: ({ pid: id, started }) => running.has(`${id} ${started}`),
    ...parts,
  })
  opened.push(store)
  return store
}

describe('a file of leases', () => {
  test('takes a later process of the same id for another one', async () => {
    await open(1).take('beirut')
    running.delete('1 a')
    running.add('1 b')
    expect(await open(2).take('beirut')).toMatchObject({ taken: true, token: 2 })
  })

  test('does not take a process in another container for one of its own that has ended', async () => {
    await open(77, { place: 'boot other-ns' }).take('beirut')
    const store = open(2)
    passed += leaseMs
    expect(await store.take('beirut')).toMatchObject({ taken: false, by: { pid: 77 } })
    passed += 1
    expect(await store.take('beirut')).toMatchObject({ taken: true, token: 2 })
  })

  test('judges a holder of another start of the machine by its own beat alone, as the asker has seen it', async () => {
    const before = open(5, { place: 'boot0 ns', boot: 'boot0' })
    await before.take('beirut')
    passed += 100 * leaseMs
    const store = open(2)
    const seen = await store.take('beirut')
    expect(seen).toMatchObject({ taken: false, beat: { token: 1, beat: 0 } })
    await before.renew('beirut', 1)
    expect(await store.take('beirut', { token: 1, beat: 0 })).toMatchObject({
      taken: false,
      beat: { token: 1, beat: 1 },
    })
    expect(await store.take('beirut', { token: 1, beat: 1 })).toMatchObject({ taken: true, token: 2 })
  })

  test('is not mistaken when ticks start anew', async () => {
    await open(1).take('beirut')
    passed = 5
    expect(await open(2).take('beirut')).toMatchObject({ taken: true, token: 2 })
  })

  test('tells how long a link has rested: not at all after a holder that is gone', async () => {
    const [one, two] = [open(1), open(2)]
    expect(await one.take('beirut')).toMatchObject({ restedMs: Infinity })
    await one.release('beirut', 1)
    passed += 40
    expect(await two.take('beirut')).toMatchObject({ token: 2, restedMs: 40 })
    passed += leaseMs + 1
    expect(await one.take('beirut')).toMatchObject({ token: 3, restedMs: 0 })
  })

  test('takes nothing of what an earlier holder had sent for what a later one that ended without a word had', async () => {
    const [one, two, three] = [open(1), open(2), open(3)]
    running.add('3 a')
    await one.take('beirut')
    await one.release('beirut', 1, { savedMs: 1, writes: [[5, 20]] })
    expect(await two.take('beirut')).toMatchObject({ sent: { savedMs: 1, writes: [[5, 20]] } })
    running.delete('2 a')
    expect(await three.take('beirut')).toMatchObject({ token: 3, restedMs: 0, sent: undefined })
  })

  test('of the version before is used on, tokens and name included', async () => {
    const store = open(1)
    const { id } = store
    await store.take('beirut')
    await store.close()
    opened.splice(0)
    const db = new DatabaseSync(file)
    db.exec('ALTER TABLE held DROP COLUMN sent; PRAGMA user_version = 2')
    db.close()
    const next = open(2)
    expect(next.id).toBe(id)
    expect(await next.take('beirut')).toMatchObject({ token: 2, sent: undefined })
  })

  test('forgets who asked and asks no more', async () => {
    const [one, two, three] = [open(1), open(2), open(1)]
    await one.take('beirut')
    await two.take('beirut')
    passed += 3_001
    await one.renew('beirut', 1)
    await three.take('beirut')
    await one.release('beirut', 1)
    expect(await three.take('beirut')).toMatchObject({ taken: true, token: 2 })
  })
})

describe('a file of leases that can’t be used', () => {
  const failure = (act: () => unknown): LeaseStoreUnusable => {
    try {
      act()
    } catch (cause) {
      if (cause instanceof LeaseStoreUnusable) return cause
      throw cause
    }
    throw new Error('nothing was wrong')
  }

  test('because it is damaged, is named with what to do', () => {
    writeFileSync(file, 'this is no database '.repeat(500))
    expect(failure(() => open(1)).message).toBe(
      `${file}: is not a file of leases (file is not a database). Who may use which link is kept there, so none is used. When no other chancery runs, move the file (and those beside it that end in -wal and -shm) away; a new one is made.`,
    )
  })

  test('because a page of it is damaged, is found out at the first use', async () => {
    const store = open(1)
    for (let n = 0; n < 200; n++) await store.take(`link-${n}`)
    await store.close()
    opened.splice(0)
    const db = new DatabaseSync(file)
    db.exec('PRAGMA journal_mode = DELETE')
    db.close()
    const bytes = readFileSync(file)
    bytes.fill(0xff, 4096)
    writeFileSync(file, bytes)
    const caught = await (async () => open(1).take('link-5'))().catch((cause: unknown) => cause)
    expect(caught).toBeInstanceOf(LeaseStoreUnusable)
    expect(caught).toMatchObject({ problem: 'corrupt' })
  })

  test('because a later version wrote it', () => {
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(failure(() => open(1))).toMatchObject({ problem: 'newer' })
  })

  test('because its folder is a file', () => {
    writeFileSync(join(folder, 'plain'), '')
    expect(failure(() => openLeaseStore(join(folder, 'plain', 'leases.sqlite')))).toMatchObject({
      problem: 'unwritable',
    })
  })

  test('because its folder may not be written', () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed)
    chmodSync(folder, 0o755)
    chmodSync(closed, 0o500)
    expect(asNobody(() => failure(() => openLeaseStore(join(closed, 'leases.sqlite'))))).toMatchObject({
      problem: 'unwritable',
    })
  })

  test('because no room is left, and can be used again once there is', async () => {
    const store = open(1)
    await store.take('beirut')
    const limit = new DatabaseSync(file)
    const { page_count: pages } = limit.prepare('PRAGMA page_count').get() as { page_count: number }
    limit.close()
    expect(pages).toBeGreaterThan(1)
    const full = openLeaseStore(file, { maxPages: pages })
    opened.push(full)
    const takeMany = async (): Promise<void> => {
      for (let n = 0; n < 200; n++) await full.take(`link-${n}`)
    }
    const caught = await takeMany().catch((cause: unknown) => cause)
    expect(caught).toMatchObject({ problem: 'full' })
    expect(await open(2).take('later')).toMatchObject({ taken: true })
  })
})

describe('processes', () => {
  test('that ask at once: exactly one gets the link, and the next when it is killed', async () => {
    const script = `
      const { openLeaseStore } = await import(${JSON.stringify(join(import.meta.dirname, 'lease-store.ts'))})
      const store = openLeaseStore(process.argv[1])
      const taken = await store.take('beirut')
      process.stdout.write(JSON.stringify(taken.taken) + '\\n')
      setInterval(() => undefined, 1000)`
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    try {
      const answers = await Promise.all(
        children.map(
          (child) =>
            new Promise<string>((resolve) =>
              child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())),
            ),
        ),
      )
      expect(answers.toSorted()).toEqual(['false', 'false', 'false', 'true'])
      const winner = children[answers.indexOf('true')]!
      for (const child of children)
        if (child !== winner) {
          const gone = new Promise((resolve) => child.once('exit', resolve))
          child.kill('SIGKILL')
          await gone
        }
      const store = openLeaseStore(file)
      opened.push(store)
      expect(await store.take('beirut')).toMatchObject({ taken: false, by: { pid: winner.pid } })
      const gone = new Promise((resolve) => winner.once('exit', resolve))
      winner.kill('SIGKILL')
      await gone
      expect(await store.take('beirut')).toMatchObject({ taken: true, token: 2 })
      expect(readdirSync(folder)).toContain('leases.sqlite')
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
  })
})

/** Root may write everywhere: what is to be refused is done as another account. */
function asNobody<T>(act: () => T): T {
  if (process.getuid?.() !== 0) return act()
  process.seteuid?.(65_534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}
