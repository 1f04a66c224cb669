import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { LabClient, testKey } from '../../test/rig/lab-client.ts'
import { type Lab, type LabHostSpec, startLab } from './index.ts'
import { keyPairOf, newKeyPair } from './key-pair.ts'

const spec = (id: string, more: Partial<LabHostSpec> = {}): LabHostSpec => ({
  id,
  site: 'beirut',
  port: 0,
  account: 'admin',
  authorizedKey: testKey.public,
  image: 'bare',
  ...more,
})

const labs: Lab[] = []
const clients: LabClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  for (const lab of labs.splice(0)) await lab.close()
})

async function start(...args: Parameters<typeof startLab>): Promise<Lab> {
  const lab = await startLab(...args)
  labs.push(lab)
  return lab
}

async function ping(port: number): Promise<readonly string[]> {
  const client = new LabClient(port)
  clients.push(client)
  await client.start('admin')
  await client.until((line) => line.startsWith('{"hello"'))
  return client.exchange({ frame: 1, ops: [{ id: 1, op: 'ping' }] })
}

test('hosts of a lab answer on ports of their own, each with a key and an address of its own', async () => {
  const lab = await start({ hosts: [spec('a'), spec('b')], links: [] })
  const [a, b] = [lab.host('a'), lab.host('b')]
  expect(a.port).not.toBe(b.port)
  expect(a.hostKey).not.toBe(b.hostKey)
  expect(a.world.network.session).not.toBe(b.world.network.session)
  expect((await ping(a.port))[0]).toBe('{"id":1,"ok":true,"op":"ping","managed":null}')
  expect((await ping(b.port))[0]).toBe('{"id":1,"ok":true,"op":"ping","managed":null}')
  expect(a.counters).toMatchObject({ connections: 1, logins: 1, frames: 1, operations: 1 })
  expect(a.counters.bytesUp).toBeGreaterThan(1000)
})

test('a host keeps its identity over two labs, and its world does not', async () => {
  const hostKey = newKeyPair().privatePem
  const first = await start({ hosts: [spec('a', { hostKey })], links: [] })
  first.host('a').world.files.write('C:\\a', 'x')
  const identity = first.host('a').hostKey
  await first.close()
  const second = await start({ hosts: [spec('a', { hostKey })], links: [] })
  expect(second.host('a').hostKey).toBe(identity)
  expect(second.host('a').world.files.file('C:\\a')).toBeUndefined()
})

test('a port that is taken rejects the start and leaves no host behind', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const other = free.address()
  const otherPort = typeof other === 'object' ? (other?.port ?? 0) : 0
  await new Promise((resolve) => free.close(resolve))
  const hosts = [spec('a', { port: otherPort }), spec('b', { port })]
  await expect(startLab({ hosts, links: [] })).rejects.toThrow('EADDRINUSE')
  const again = createServer()
  await new Promise<void>((resolve, reject) =>
    again.once('error', reject).listen(otherPort, '127.0.0.1', resolve),
  )
  again.close()
  taken.close()
})

test('the hosts of a site share its link, and nothing passes it while it is cut', async () => {
  const lab = await start({ hosts: [spec('a'), spec('b'), spec('c', { site: 'oslo' })], links: [] })
  expect(lab.host('a').link).toBe(lab.host('b').link)
  lab.link('beirut').cut()
  const waiting = ping(lab.host('a').port)
  expect((await ping(lab.host('c').port)).length).toBe(2)
  lab.link('beirut').restore()
  expect((await waiting).length).toBe(2)
})

test('a lab closes also while a line is dead and a client waits on it', async () => {
  const lab = await startLab({ hosts: [spec('a')], links: [{ site: 'beirut', rttMs: 1, kbitPerS: 10_000 }] })
  lab.link('beirut').cut()
  const client = new LabClient(lab.host('a').port)
  clients.push(client)
  const started = client.start('admin').then(
    () => 'in',
    () => 'out',
  )
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  await lab.close()
  expect(await started).toBe('out')
})

test('a private key gives its public line, a public one is refused', () => {
  const pair = newKeyPair()
  expect(keyPairOf(pair.privatePem)).toEqual({ ok: true, value: pair })
  expect(keyPairOf(pair.publicLine)).toMatchObject({ ok: false })
  expect(keyPairOf('nonsense')).toMatchObject({ ok: false })
})
