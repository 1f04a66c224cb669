import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import { Worker } from '../../lib/lab/worker.ts'
import { WorkerStore } from '../../lib/lab/worker-store.ts'
import { createExecutor } from '../../lib/lab/windows/executor.ts'
import type { World } from '../../lib/lab/world/world.ts'
import { createTransport } from '../../lib/transport/session.ts'
import { withHashes } from '../../lib/transport/left-out.ts'
import type { OpBody } from '../../lib/transport/port.ts'
import type { Reply } from '../../lib/transport/wire.ts'
import { kindFolders, kindsRoot, readKind, readText, scriptNames } from '../conformance/kind-folders.ts'
import { hostFor, walked, type WalkedKind } from '../conformance/kind-walk.ts'
import { openDoor } from '../contracts/worker/over-ssh.ts'
import { startStubServer } from './second-executor/stub-server.ts'
import { findPwsh, type Sshd, startSshd } from './sshd.ts'

const kinds = (await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))).map(
  walked,
)
const executorOf = await createExecutor()
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const own = { organisation: 'test', backend: 'test', urn: 'urn:test', operation: 'create' }

let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd.stop())

/** One host: what sends it an operation and gives its reply, and its world. */
type Party = {
  readonly world: World
  send(op: OpBody, scripts: ReadonlyMap<string, string>): Promise<Reply | undefined>
  close(): Promise<void>
}

/** worker.ps1 under real PowerShell behind a real OpenSSH server, whose cmdlets are answered out of a world. */
async function overSsh(one: WalkedKind): Promise<Party> {
  const { world } = hostFor(one)
  const stubs = await startStubServer(world)
  const session = fileURLToPath(new URL('second-executor/session.ps1', import.meta.url))
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  // The last argument of the command is the encoded bootstrap.
  writeFileSync(
    join(sshd.folder, 'bin', 'powershell.exe'),
    `#!/bin/sh
for last; do :; done
exec ${quoted(findPwsh())} -NoLogo -NoProfile -NonInteractive -Command ". ${session} ${stubs.port}; iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('$last')))"
`,
  )
  const transport = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: sshd.port, account: sshd.account, key: sshd.key }),
    knownHosts: sshd.knownHosts,
    allowed: () => ({ ok: true, value: undefined }),
    door: () => openDoor,
    emit: () => undefined,
    clock: systemClock,
  })
  return {
    world,
    async send(op, scripts) {
      const answer = await transport.host('host').exchange({ scripts, guards: [], ops: [op] })
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
      return answer.value.replies[0]
    },
    async close() {
      await transport.close()
      await stubs.close()
      expect(stubs.defects).toEqual([])
    },
  }
}

/** The lab's own worker over the interpreter. */
function inLab(one: WalkedKind): Party {
  const { world } = hostFor(one)
  const worker = new Worker(world, new WorkerStore(world), executorOf(world))
  let frame = 0
  return {
    world,
    send(op, scripts) {
      const body = { frame: ++frame, scripts: Object.fromEntries(scripts), ops: [{ id: 1, ...op }] }
      const lines = [...worker.frame(JSON.stringify(body), () => 0)]
      return Promise.resolve(JSON.parse(withHashes(lines[0]?.line ?? '')) as Reply)
    },
    close: () => Promise.resolve(),
  }
}

/** A reply without what stands for the connection, and errors as far as two engines word them alike; `%ProgramData%` is where Windows has it. */
function comparable(reply: Reply | undefined): unknown {
  return JSON.parse(
    JSON.stringify(reply, (key, value: unknown) => {
      if (key === 'id' || key === 'stack' || key === 'hresult') return undefined
      if (typeof value !== 'string') return value
      if (key === 'fqid') return value.replace(/,.*$/, '')
      return key === 'message' ? value.replace(/\/\S*\/ProgramData\\/, 'C:\\ProgramData\\') : value
    }),
  )
}

/** Brings the host to everything that the cases declare, one after the other, and takes the last away again. */
async function journey(one: WalkedKind, party: Party): Promise<readonly unknown[]> {
  const scripts = new Map(
    scriptNames(one)
      .map((name) => readText(one.home, name))
      .map((text) => [hashOf(text), text]),
  )
  const scriptOf = (verb: string): string => hashOf(readText(one.home, `${verb}.ps1`))
  const replies: unknown[] = []
  const send = async (op: OpBody): Promise<Reply | undefined> => {
    const reply = await party.send(op, scripts)
    replies.push(comparable(reply))
    return reply
  }
  for (const [index, want] of one.wants.entries()) {
    const about = { key: `${one.kind.token}|${one.kind.identity(want)}`, script: scriptOf('observe') }
    const params = one.kind.look(want, undefined)
    const seen = await send({ op: 'observe', ...about, params })
    if (seen?.ok !== true || seen.op !== 'observe') continue
    const found = seen.seen === null ? null : one.kind.found.parse(seen.seen)
    const apply = async (
      plan: ReturnType<typeof one.kind.plan>,
      expected: string,
    ): Promise<Reply | undefined> => {
      const steps = plan.do === 'steps' ? plan.steps : []
      if (steps.length === 0) return undefined
      return send({
        op: 'apply',
        ...about,
        params,
        expect: expected,
        own,
        adopt: true,
        steps: steps.map(({ verb, params: given }) => ({
          name: verb,
          script: scriptOf(verb),
          params: given,
        })),
      })
    }
    const done = await apply(one.kind.plan(want, found, undefined), seen.hash)
    if (index < one.wants.length - 1 || done?.ok !== true || done.op !== 'apply' || done.seen === null)
      continue
    const made: JsonObject = one.kind.found.parse(done.seen)
    await apply(one.kind.remove(want, made, made), done.hash)
  }
  return replies
}

describe('worker.ps1 under real PowerShell over SSH, against the simulation, and the lab’s own worker', () => {
  test.each(kinds)('give the same replies and the same world: $folder', async (one) => {
    const lab = inLab(one)
    const remote = await overSsh(one)
    try {
      const [there, here] = [await journey(one, remote), await journey(one, lab)]
      expect(there).toEqual(here)
      expect(here.length).toBeGreaterThan(1)
      const without = (world: World): unknown => {
        const { files, folders, ...rest } = world.snapshot()
        const ours = ([path]: readonly [string, unknown]): boolean =>
          !/^C:\\ProgramData\\Chancery/i.test(path)
        return {
          ...rest,
          files: Object.entries(files as JsonObject).filter(ours),
          folders: (folders as readonly string[]).filter((path) => ours([path, null])),
        }
      }
      expect(without(remote.world)).toEqual(without(lab.world))
    } finally {
      await remote.close()
    }
  })
})
