import { expect } from 'vitest'
import { bodyOf, sumOf } from '../../../lib/link/delivery/chunk.ts'
import { signatureOf } from '../../../lib/link/delivery/signature.ts'
import { StepList } from '../../../lib/link/delivery/steps.ts'
import { requestBytes } from '../../../lib/transport/delivery/wire.ts'
import { noise, type Party, Receiving, shaOf } from './party.ts'

/** What a receiver must answer, whoever plays it. */
export type Scene = { readonly title: string; play(party: Party): Promise<void> }

const opened = { ok: true, op: 'open', held: false, at: 0, free: expect.any(Number), base: null, bad: [] }
const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

export const scenes: readonly Scene[] = [
  {
    title: 'a content arrives in chunks, whole and deflated, and is in place once it is finished',
    async play(party) {
      const content = noise(50_000, 'a')
      const sha = shaOf(content)
      const r = new Receiving(party)
      expect(await r.line()).toEqual({ hello: 1, ps: expect.any(String), pid: expect.any(Number) })
      expect(await r.open(content)).toEqual({ ...opened, versions: [] })
      expect(await r.literal(content.subarray(0, 20_000), 0)).toEqual({ ok: true, op: 'chunk', at: 20_000 })
      expect(party.read(`content/${sha}`)).toBeUndefined()
      expect(await r.literal(content.subarray(20_000), 20_000, true)).toEqual({
        ok: true,
        op: 'chunk',
        at: 50_000,
      })
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({ ok: true, op: 'finish', dropped: [] })
      expect(party.read(`content/${sha}`)).toEqual(new Uint8Array(content))
      expect([...party.list()].sort()).toEqual([`content/${sha}`, `content/${sha}.json`])
      expect(await r.open(content)).toEqual({
        ...opened,
        held: true,
        versions: [{ sha, size: 50_000, name: 'app.bin', at: stamp }],
      })
      await r.channel.close()
    },
  },
  {
    title: 'an empty content needs no chunk',
    async play(party) {
      const r = new Receiving(party)
      await r.open(new Uint8Array(0))
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({ ok: true, op: 'finish', dropped: [] })
      expect(party.read(`content/${shaOf(new Uint8Array(0))}`)).toEqual(new Uint8Array(0))
      await r.channel.close()
    },
  },
  {
    title: 'what had arrived is taken up by another receiver, as far as it is intact',
    async play(party) {
      const content = noise(30_000, 'b')
      const sha = shaOf(content)
      const first = new Receiving(party)
      await first.open(content)
      for (const at of [0, 10_000]) await first.literal(content.subarray(at, at + 10_000), at)
      await first.channel.write(
        requestBytes({ id: 9, op: 'chunk', at: 20_000, size: 10_000, sum: '', z: false }, content).subarray(
          0,
          500,
        ),
      )
      await first.channel.kill()
      const second = new Receiving(party)
      expect(await second.open(content, { waitMs: 5000 })).toEqual({ ...opened, at: 20_000, versions: [] })
      await second.channel.kill()
      const part = Buffer.from(party.read(`content/${sha}.part`) ?? [])
      part.writeUInt8((part[15_000] ?? 0) ^ 1, 15_000)
      party.write(`content/${sha}.part`, part)
      const third = new Receiving(party)
      expect(await third.open(content, { waitMs: 5000 })).toEqual({ ...opened, at: 10_000, versions: [] })
      expect(await third.literal(content.subarray(10_000), 10_000)).toEqual({
        ok: true,
        op: 'chunk',
        at: 30_000,
      })
      expect(await third.ask({ op: 'finish', drop: [] })).toEqual({ ok: true, op: 'finish', dropped: [] })
      expect(party.read(`content/${sha}`)).toEqual(new Uint8Array(content))
      await third.channel.close()
    },
  },
  {
    title: 'copies read from the base, and behind its end from what has arrived',
    async play(party) {
      const base = noise(40_000, 'c')
      const content = Buffer.concat([
        base.subarray(7, 20_000),
        Buffer.from('new'),
        base.subarray(30_000, 40_000),
      ])
      const twice = Buffer.concat([content, content.subarray(100, 5000)])
      const r = new Receiving(party)
      await r.whole(base, 'app-1.bin')
      const sha = shaOf(base)
      const versions = [{ sha, size: 40_000, name: 'app-1.bin', at: stamp }]
      expect(await r.open(twice, { have: ['0'.repeat(64), sha] })).toEqual({ ...opened, base: sha, versions })
      const list = new StepList()
      list.copy(0, 19_993, 7)
      list.copy(19_996, 10_000, 30_000)
      const body = bodyOf(list.finish(content.length), 0, 2, content)
      const chunk = { op: 'chunk', at: 0, size: content.length, z: false, base: sha } as const
      expect(await r.ask({ ...chunk, sum: sumOf(base) }, body)).toEqual({ ok: false, at: 0, why: 'sum' })
      expect(await r.ask({ ...chunk, sum: sumOf(content) }, body)).toEqual({
        ok: true,
        op: 'chunk',
        at: content.length,
      })
      const own = new StepList()
      own.copy(0, 4900, 40_000 + 100)
      const rest = twice.subarray(content.length)
      expect(
        await r.ask(
          { ...chunk, at: content.length, size: 4900, sum: sumOf(rest) },
          bodyOf(own.finish(4900), 0, 1, rest),
        ),
      ).toEqual({ ok: true, op: 'chunk', at: twice.length })
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({ ok: true, op: 'finish', dropped: [] })
      expect(party.read(`content/${shaOf(twice)}`)).toEqual(new Uint8Array(twice))
      await r.channel.close()
    },
  },
  {
    title: 'a chunk that is none, or reads beyond its sources, changes nothing',
    async play(party) {
      const content = noise(9000, 'd')
      const r = new Receiving(party)
      await r.open(content)
      const chunk = { op: 'chunk', at: 0, size: 9000, sum: sumOf(content) } as const
      const beyond = new StepList()
      beyond.copy(0, 9000, 5)
      for (const [z, body] of [
        [false, new Uint8Array(0)],
        [true, noise(100, 'not deflate')],
        [false, noise(100, 'not steps')],
        [false, bodyOf(beyond.finish(9000), 0, 1, content)],
      ] as const)
        expect(await r.ask({ ...chunk, z }, body)).toEqual({ ok: false, at: 0, why: 'sum' })
      expect(await r.literal(content.subarray(10, 20), 10)).toEqual({ ok: false, at: 0, why: 'order' })
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({ ok: false, at: 0, why: 'order' })
      expect(await r.literal(content, 0)).toEqual({ ok: true, op: 'chunk', at: 9000 })
      await r.channel.close()
    },
  },
  {
    title: 'a base that is corrupted is deleted and named, and the next one is taken',
    async play(party) {
      const [old, older] = [noise(5000, 'e1'), noise(5000, 'e2')]
      const r = new Receiving(party)
      await r.whole(old, 'app-2.bin')
      await r.whole(older, 'app-1.bin')
      await r.channel.close()
      party.write(`content/${shaOf(old)}`, noise(5000, 'e3'))
      const s = new Receiving(party)
      const content = noise(6000, 'e4')
      expect(await s.open(content, { have: [shaOf(old), shaOf(older)] })).toEqual({
        ...opened,
        base: shaOf(older),
        bad: [shaOf(old)],
        versions: [{ sha: shaOf(older), size: 5000, name: 'app-1.bin', at: stamp }],
      })
      expect(party.read(`content/${shaOf(old)}`)).toBeUndefined()
      await s.channel.close()
    },
  },
  {
    title: 'a base that is corrupted between two chunks is found out and named',
    async play(party) {
      const base = noise(5000, 'f')
      const content = base.subarray(0, 4000)
      const r = new Receiving(party)
      await r.whole(base, 'app-1.bin')
      await r.open(content, { have: [] })
      party.write(`content/${shaOf(base)}`, noise(5000, 'f2'))
      const list = new StepList()
      list.copy(0, 4000, 0)
      const body = bodyOf(list.finish(4000), 0, 1, content)
      const chunk = {
        op: 'chunk',
        at: 0,
        size: 4000,
        z: false,
        sum: sumOf(content),
        base: shaOf(base),
      } as const
      expect(await r.ask(chunk, body)).toEqual({ ok: false, at: 0, why: 'base', sha: shaOf(base) })
      expect(await r.ask(chunk, body)).toEqual({ ok: false, at: 0, why: 'base', sha: shaOf(base) })
      expect(await r.literal(content, 0)).toEqual({ ok: true, op: 'chunk', at: 4000 })
      await r.channel.close()
    },
  },
  {
    title: 'a whole that is another content is not put in place, and is taken back',
    async play(party) {
      const [content, other] = [noise(3000, 'g'), noise(3000, 'h')]
      const r = new Receiving(party)
      await r.open(content)
      await r.literal(other, 0)
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({
        ok: false,
        at: 0,
        why: 'whole',
        got: shaOf(other),
      })
      expect(party.read(`content/${shaOf(content)}`)).toBeUndefined()
      expect(await r.literal(content, 0)).toEqual({ ok: true, op: 'chunk', at: 3000 })
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({ ok: true, op: 'finish', dropped: [] })
      await r.channel.close()
    },
  },
  {
    title: 'a content in place that is corrupted is deleted, named and asked for again',
    async play(party) {
      const content = noise(3000, 'i')
      const r = new Receiving(party)
      await r.whole(content)
      party.write(`content/${shaOf(content)}`, 'short')
      expect(await r.open(content)).toEqual({ ...opened, bad: [shaOf(content)], versions: [] })
      await r.channel.close()
    },
  },
  {
    title: 'older versions are dropped when asked, and nothing else',
    async play(party) {
      const versions = [1, 2, 3].map((n) => noise(1000, `v${n}`))
      const [one, two, three] = versions.map(shaOf)
      const r = new Receiving(party)
      for (const version of versions.slice(0, 2)) await r.whole(version)
      await r.open(versions[2] ?? new Uint8Array(0))
      await r.literal(versions[2] ?? new Uint8Array(0), 0)
      expect(await r.ask({ op: 'finish', drop: [one ?? '', three ?? ''] })).toEqual({
        ok: true,
        op: 'finish',
        dropped: [one],
      })
      expect(await r.ask({ op: 'drop', drop: [two ?? ''] })).toEqual({ ok: true, op: 'drop', dropped: [two] })
      expect([...party.list()].sort()).toEqual([`content/${three}`, `content/${three}.json`])
      await r.channel.close()
    },
  },
  {
    title: 'what has arrived is dropped when asked',
    async play(party) {
      const content = noise(3000, 'j')
      const r = new Receiving(party)
      await r.open(content)
      await r.literal(content.subarray(0, 1000), 0)
      expect(await r.ask({ op: 'drop', drop: [shaOf(content)] })).toEqual({
        ok: true,
        op: 'drop',
        dropped: [shaOf(content)],
      })
      expect(await r.literal(content.subarray(1000), 1000)).toEqual({ ok: false, at: 0, why: 'order' })
      expect(await r.open(content)).toEqual({ ...opened, versions: [] })
      await r.channel.close()
    },
  },
  {
    title: 'two deliveries of one content: the second waits, and has it once the first is done',
    async play(party) {
      const content = noise(3000, 'k')
      const [first, second] = [new Receiving(party), new Receiving(party)]
      await first.open(content)
      expect(await second.open(content)).toEqual({ ok: false, at: 0, why: 'busy' })
      const waits = second.open(content, { waitMs: 20_000 })
      await first.literal(content, 0)
      await first.ask({ op: 'finish', drop: [] })
      expect(await waits).toMatchObject({ ok: true, held: true })
      await Promise.all([first.channel.close(), second.channel.close()])
    },
  },
  {
    title: 'a killed delivery gives its content free',
    async play(party) {
      const content = noise(3000, 'l')
      const [first, second] = [new Receiving(party), new Receiving(party)]
      await first.open(content)
      await first.literal(content.subarray(0, 1000), 0)
      await first.channel.kill()
      expect(await second.open(content, { waitMs: 10_000 })).toEqual({ ...opened, at: 1000, versions: [] })
      await second.channel.close()
    },
  },
  {
    title: 'block sums of a base are as this end computes them',
    async play(party) {
      const base = noise(10_000, 'm')
      const r = new Receiving(party)
      await r.whole(base)
      const sums = Buffer.from(signatureOf(base, 700)).toString('base64')
      expect(await r.ask({ op: 'signature', sha: shaOf(base), block: 700 })).toEqual({
        ok: true,
        op: 'signature',
        sums,
      })
      const absent = '1'.repeat(64)
      expect(await r.ask({ op: 'signature', sha: absent, block: 700 })).toEqual({
        ok: false,
        at: 0,
        why: 'base',
        sha: absent,
      })
      await r.channel.close()
    },
  },
  {
    title: 'a content is taken from a bundle on a disk of the host, also from the middle',
    async play(party) {
      const content = noise(4000, 'n')
      const sha = shaOf(content)
      party.write(
        'courier/manifest.json',
        JSON.stringify({ bundle: 1, contents: [{ sha, size: 4000, name: 'app.bin' }] }),
      )
      party.write(`courier/content/${sha}`, content)
      const r = new Receiving(party)
      await r.open(content)
      await r.literal(content.subarray(0, 100), 0)
      expect(await r.ask({ op: 'pickup', path: party.path('courier'), drop: [] })).toEqual({
        ok: true,
        op: 'pickup',
        dropped: [],
      })
      expect(party.read(`content/${sha}`)).toEqual(new Uint8Array(content))
      await r.channel.close()
    },
  },
  {
    title: 'a bundle that is none, foreign, incomplete or corrupted is refused, each by name',
    async play(party) {
      const content = noise(4000, 'o')
      const sha = shaOf(content)
      const r = new Receiving(party)
      await r.open(content)
      const pickup = () => r.ask({ op: 'pickup', path: party.path('disk'), drop: [] })
      const refused = (what: string) => ({ ok: false, at: 0, why: 'bundle', what })
      expect(await pickup()).toEqual(refused('no-manifest'))
      party.write('disk/manifest.json', 'no JSON')
      expect(await pickup()).toEqual(refused('bad-manifest'))
      party.write('disk/manifest.json', '{"bundle":1}')
      expect(await pickup()).toEqual(refused('bad-manifest'))
      party.write('disk/manifest.json', JSON.stringify({ contents: [{ sha: '2'.repeat(64), size: 1 }] }))
      expect(await pickup()).toEqual(refused('not-listed'))
      party.write('disk/manifest.json', JSON.stringify({ contents: [{ sha, size: 4000 }] }))
      expect(await pickup()).toEqual(refused('missing'))
      party.write(`disk/content/${sha}`, content.subarray(1))
      expect(await pickup()).toEqual(refused('size'))
      party.write(`disk/content/${sha}`, noise(4000, 'p'))
      expect(await pickup()).toEqual(refused('sha'))
      expect(party.read(`content/${sha}`)).toBeUndefined()
      await r.channel.close()
    },
  },
  {
    title: 'a sender that no longer holds the link, or never managed this host, is refused',
    async play(party) {
      const content = noise(100, 'q')
      const managed = {
        from: 'ministry file:///state',
        by: 'anna on ops1',
        at: '2026-11-24 08:00:00.000',
        tokens: { s1: 7 },
      }
      const r = new Receiving(party)
      party.write('managed.json', JSON.stringify(managed))
      const from = managed.from
      const fenced = { ok: false, at: 0, why: 'fenced', managed }
      expect(await r.open(content, { sender: { from, store: 's1', token: 6 } })).toEqual(fenced)
      expect(await r.open(content, { sender: { from: 'other', store: 's1', token: 9 } })).toEqual(fenced)
      expect(await r.open(content, { sender: { from, store: 's1', token: 7 } })).toMatchObject({ ok: true })
      expect(await r.open(content, { sender: { from, store: 's2', token: 1 } })).toMatchObject({ ok: true })
      party.write('managed.json', 'cut off')
      expect(await r.open(content, { sender: { from, store: 's1', token: 9 } })).toEqual({
        ...fenced,
        managed: {},
      })
      await r.channel.close()
    },
  },
  {
    title:
      'a content that does not fit is refused before a byte is taken, also of what was sent behind the question',
    async play(party) {
      const r = new Receiving(party)
      const size = 2 ** 50
      const content = noise(10, 'r')
      expect(await r.open(content, { size })).toEqual({
        ok: false,
        at: 0,
        why: 'space',
        need: size,
        free: expect.any(Number),
      })
      expect(await r.literal(content, 0)).toEqual({ ok: false, at: 0, why: 'order' })
      expect(await r.ask({ op: 'finish', drop: [] })).toEqual({ ok: false, at: 0, why: 'order' })
      expect(await r.open(content)).toMatchObject({ ok: true, at: 0 })
      await r.channel.close()
    },
  },
  {
    title: 'what is no request is answered, and bytes that can be none end the receiver',
    async play(party) {
      const r = new Receiving(party)
      expect(await r.ask({ op: 'ping' })).toEqual({ ok: true, op: 'ping' })
      expect(await r.ask({ op: 'nothing' } as never)).toMatchObject({ ok: false, why: 'error' })
      expect(await r.ask({ op: 'open', sha: '../x', size: 1, name: '', have: [], waitMs: 0 })).toMatchObject({
        ok: false,
        why: 'error',
        message: 'expected a SHA-256 in hex, got ../x',
      })
      await r.channel.write(noise(64, 'garbage'))
      expect(await r.line()).toMatchObject({ id: -1, ok: false, why: 'error' })
      await expect(r.line()).rejects.toThrow('the receiver has ended')
      await r.channel.close()
    },
  },
]
