import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LabClient, testKey } from '../../test/rig/lab-client.ts'
import { systemClock } from '../domain/clock.ts'
import { asciiJson } from '../transport/wire.ts'
import { type Executor, fault } from './executor.ts'
import { LabHost } from './host.ts'
import { LabLink } from './link.ts'
import type { World } from './world/world.ts'

const scripts = { observe: 'observe', write: 'write', fail: 'fail', restart: 'restart' }
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const all = Object.fromEntries(Object.values(scripts).map((text) => [hashOf(text), text]))

/** Stands in for the interpreter: four scripts over the world's files. */
const executorOf = (world: World): Executor => ({
  version: '5.1.0.0',
  run: (_hash, text, params) => {
    const path = String(params.path)
    const done = { out: [], warnings: [], fault: undefined }
    if (text === scripts.write) world.files.write(path, String(params.content))
    if (text === scripts.fail)
      return { ...done, fault: fault('Chancery.Test', 'InvalidOperation', 'failed on purpose') }
    if (text === scripts.restart) world.restartIn = 0
    if (text !== scripts.observe) return done
    const file = world.files.read(path)
    return file.ok
      ? { ...done, out: [asciiJson({ path, content: Buffer.from(file.value).toString('utf8') })] }
      : done
  },
})

let host: LabHost
const clients: LabClient[] = []

beforeEach(async () => {
  host = new LabHost({
    spec: {
      id: 'beirut-hv1',
      site: 'beirut',
      port: 0,
      account: 'admin',
      authorizedKey: testKey.public,
      image: 'bare',
    },
    link: new LabLink(undefined, systemClock),
    clock: systemClock,
    restartMs: 20,
    executorOf,
    waits: true,
    address: '10.64.0.10',
    seed: 1,
  })
  await host.listen()
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await host.close()
})

async function connect(): Promise<LabClient> {
  const client = new LabClient(host.port)
  clients.push(client)
  await client.start('admin')
  await client.until((line) => line.startsWith('{"hello"'))
  return client
}

const path = 'C:\\motd.txt'
const own = { organisation: 'ministry', backend: 'file:///state', urn: 'urn:a', operation: 'create' }
const look = { key: `windows:File|${path.toLowerCase()}`, script: hashOf(scripts.observe), params: { path } }
const observe = (id: number) => ({ id, op: 'observe', ...look })
const apply = (id: number, expect_: string, content: string, more: object = {}) => ({
  id,
  op: 'apply',
  ...look,
  expect: expect_,
  own,
  steps: [{ name: 'write', script: hashOf(scripts.write), params: { path, content } }],
  ...more,
})
const seenHash = (content: string): string => hashOf(JSON.stringify({ path, content }))

test('a frame that needs scripts is answered with what is needed, and served once they come', async () => {
  const client = await connect()
  expect(await client.exchange({ frame: 1, ops: [observe(1)] })).toEqual([
    expect.stringMatching(
      new RegExp(`^\\{"frame":1,"ok":false,"why":"need","need":\\["${look.script}"\\],"ms":\\d+\\}$`),
    ),
  ])
  const [reply, end] = await client.exchange({ frame: 2, scripts: all, ops: [observe(1)] })
  expect(reply).toBe(
    '{"id":1,"ok":true,"op":"observe","warnings":[],"hash":"absent","seen":null,"owner":null}',
  )
  expect(end).toMatch(/^\{"frame":2,"ok":true,"ms":\d+\}$/)
})

test('scripts and ownership survive a restart of the host, sessions do not', async () => {
  const client = await connect()
  await client.exchange({ frame: 1, scripts: all, ops: [apply(1, 'absent', 'hello')] })
  await host.restart()
  await client.until(() => false)
  expect(client.ended).toBe('closed')
  const again = await connect()
  const [reply] = await again.exchange({ frame: 1, ops: [observe(7)] })
  expect(JSON.parse(reply ?? '')).toEqual({
    id: 7,
    ok: true,
    op: 'observe',
    warnings: [],
    hash: seenHash('hello'),
    seen: { path, content: 'hello' },
    owner: own,
  })
})

test('a failed guard runs no operation and says what the host looks like now', async () => {
  const client = await connect()
  host.world.files.write(path, 'theirs')
  const [end] = await client.exchange({
    frame: 1,
    scripts: all,
    guards: [{ ...look, expect: 'absent' }],
    ops: [apply(1, 'absent', 'ours')],
  })
  expect(JSON.parse(end ?? '')).toMatchObject({
    frame: 1,
    ok: false,
    why: 'guards',
    changed: [{ key: look.key, hash: seenHash('theirs'), seen: { path, content: 'theirs' }, owner: null }],
  })
  const file = host.world.files.read(path)
  expect(file.ok && Buffer.from(file.value).toString()).toBe('theirs')
})

test("somebody else's thing, or nobody's, is refused unless adopted", async () => {
  const client = await connect()
  host.world.files.write(path, 'theirs')
  const before = seenHash('theirs')
  const [refused] = await client.exchange({ frame: 1, scripts: all, ops: [apply(1, before, 'ours')] })
  expect(JSON.parse(refused ?? '')).toMatchObject({ ok: false, why: 'owned', hash: before, owner: null })
  const [adopted] = await client.exchange({ frame: 2, ops: [apply(1, before, 'ours', { adopt: true })] })
  expect(JSON.parse(adopted ?? '')).toMatchObject({
    ok: true,
    ran: ['write'],
    before,
    hash: seenHash('ours'),
    owner: own,
  })
  const other = { ...own, urn: 'urn:b' }
  const [second] = await client.exchange({ frame: 3, ops: [apply(1, seenHash('ours'), 'x', { own: other })] })
  expect(JSON.parse(second ?? '')).toMatchObject({ ok: false, why: 'owned', owner: own })
})

test('a failing step is answered with the steps before it and a fresh look', async () => {
  const client = await connect()
  const steps = [
    { name: 'write', script: hashOf(scripts.write), params: { path, content: 'half' } },
    { name: 'fail', script: hashOf(scripts.fail), params: {} },
    { name: 'write-more', script: hashOf(scripts.write), params: { path, content: 'more' } },
  ]
  const [reply] = await client.exchange({ frame: 1, scripts: all, ops: [apply(1, 'absent', '', { steps })] })
  expect(JSON.parse(reply ?? '')).toMatchObject({
    id: 1,
    ok: false,
    why: 'error',
    error: { fqid: 'Chancery.Test' },
    step: 'fail',
    ran: ['write'],
    after: { hash: seenHash('half'), owner: own },
  })
})

test('a deflated frame is read, a line that is no frame is refused, and the worker goes on', async () => {
  const client = await connect()
  client.send('not json')
  const [bad] = await client.until((line) => line.startsWith('{"frame"'))
  expect(JSON.parse(bad ?? '')).toMatchObject({ frame: -1, ok: false, why: 'bad-frame' })
  client.send(
    `z${deflateRawSync(JSON.stringify({ frame: 9, ops: [{ id: 4, op: 'ping' }] })).toString('base64')}`,
  )
  expect((await client.until((line) => line.startsWith('{"frame"')))[0]).toBe(
    '{"id":4,"ok":true,"op":"ping","managed":null}',
  )
})

test('a script whose text is not that of its hash is refused', async () => {
  const client = await connect()
  const [end] = await client.exchange({
    frame: 1,
    scripts: { [look.script]: 'something else' },
    ops: [observe(1)],
  })
  expect(JSON.parse(end ?? '')).toMatchObject({
    frame: -1,
    why: 'bad-frame',
    error: { fqid: 'Chancery.ScriptHash' },
  })
})

test.each([
  ['drop-before-act', false],
  ['drop-after-act', true],
] as const)('%s cuts the connection without a reply', async (name, happened) => {
  const client = await connect()
  host.order({ name })
  expect(await client.exchange({ frame: 1, scripts: all, ops: [apply(1, 'absent', 'hello')] })).toEqual([])
  expect(client.ended).toBe('closed')
  expect(host.world.files.file(path) !== undefined).toBe(happened)
})

test('drop-mid-reply leaves half a line behind', async () => {
  const client = await connect()
  host.order({ name: 'drop-mid-reply' })
  expect(await client.exchange({ frame: 1, scripts: all, ops: [apply(1, 'absent', 'hello')] })).toEqual([])
  expect(client.ended).toBe('closed')
  expect(client.chunks.length).toBeGreaterThan(1)
})

test('a fault for the second frame leaves the first alone, and is spent after it', async () => {
  const client = await connect()
  host.order({ name: 'garbage-reply', value: 2 })
  const ping = { ops: [{ id: 1, op: 'ping' }] }
  expect((await client.exchange({ frame: 1, ...ping }))[0]).toBe(
    '{"id":1,"ok":true,"op":"ping","managed":null}',
  )
  expect((await client.exchange({ frame: 2, ...ping }))[0]).not.toContain('"op":"ping"')
  expect((await client.exchange({ frame: 3, ...ping }))[0]).toBe(
    '{"id":1,"ok":true,"op":"ping","managed":null}',
  )
})

test('worker-killed closes the channel after the first operation, the connection stays', async () => {
  const client = await connect()
  host.order({ name: 'worker-killed' })
  expect(await client.exchange({ frame: 1, scripts: all, ops: [apply(1, 'absent', 'hello')] })).toEqual([])
  expect(client.ended).toBe('channel-closed')
  expect(host.world.files.file(path)).toBeDefined()
})

test('stray lines, CLIXML and pieces of a reply change nothing of what the marked lines say', async () => {
  host.order({ name: 'stray-output', text: 'Hello from a logon script' })
  host.order({ name: 'clixml' })
  host.order({ name: 'split-reply', value: 3 })
  host.order({ name: 'warnings', text: 'already' })
  const client = await connect()
  const [reply, end] = await client.exchange({ frame: 1, scripts: all, ops: [observe(1)] })
  expect(JSON.parse(reply ?? '')).toMatchObject({ id: 1, ok: true, warnings: ['already'], hash: 'absent' })
  expect(JSON.parse(end ?? '')).toMatchObject({ frame: 1, ok: true })
  expect(client.noise).toContain('Hello from a logon script')
  expect(client.stderr).toContain('#< CLIXML')
  expect(Math.max(...client.chunks.slice(-10))).toBeLessThan(30)
})

test('refuse-connection, login-refused and a changed host key stop the login', async () => {
  const keys: string[] = []
  const attempt = async (): Promise<string> => {
    const client = new LabClient(host.port)
    clients.push(client)
    return client
      .start('admin', (key) => {
        keys.push(key.toString('base64'))
        return true
      })
      .then(
        () => 'in',
        () => 'out',
      )
  }
  expect(await attempt()).toBe('in')
  expect(`ssh-ed25519 ${keys[0] ?? ''}`).toBe(host.hostKey)
  host.order({ name: 'host-key-changed' })
  await attempt()
  expect(keys[1]).not.toBe(keys[0])
  host.clear()
  host.order({ name: 'login-refused' })
  expect(await attempt()).toBe('out')
  host.clear()
  host.order({ name: 'refuse-connection' })
  expect(await attempt()).toBe('out')
  host.clear()
  expect(await attempt()).toBe('in')
})

test('link-down keeps every byte until the link is restored', async () => {
  const client = await connect()
  host.order({ name: 'link-down', value: 0 })
  client.send(JSON.stringify({ frame: 1, ops: [{ id: 1, op: 'ping' }] }))
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  expect(host.counters.frames).toBe(0)
  host.clear()
  expect((await client.until((line) => line.startsWith('{"frame"'))).length).toBe(2)
})

test('a frame runs on to its end when its connection is lost, and the next one waits for it', async () => {
  const client = await connect()
  host.order({ name: 'slow', value: 20 })
  host.order({ name: 'drop-mid-reply' })
  const other = { ...look, key: 'windows:File|c:\\other.txt', params: { path: 'C:\\other.txt' } }
  const second = {
    ...apply(2, 'absent', ''),
    ...other,
    steps: [
      { name: 'write', script: hashOf(scripts.write), params: { path: 'C:\\other.txt', content: 'too' } },
    ],
  }
  expect(
    await client.exchange({ frame: 1, scripts: all, ops: [apply(1, 'absent', 'hello'), second] }),
  ).toEqual([])
  const [reply] = await (await connect()).exchange({ frame: 1, ops: [{ id: 3, op: 'observe', ...other }] })
  expect(JSON.parse(reply ?? '')).toMatchObject({
    seen: { path: 'C:\\other.txt', content: 'too' },
    owner: own,
  })
})

test('a restart asked for by a script comes after the reply, and the host is back a while later', async () => {
  const client = await connect()
  const boot = host.world.bootedAt
  const steps = [{ name: 'restart', script: hashOf(scripts.restart), params: {} }]
  const lines = await client.exchange({
    frame: 1,
    scripts: all,
    ops: [apply(1, 'absent', '', { own: null, steps })],
  })
  expect(lines.length).toBe(2)
  await client.until(() => false)
  expect(client.ended).toBe('closed')
  await host.restart()
  expect(host.world.bootedAt).toBeGreaterThan(boot)
  expect((await (await connect()).exchange({ frame: 1, ops: [{ id: 1, op: 'ping' }] }))[0]).toContain('ping')
})
