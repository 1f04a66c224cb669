import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { systemClock } from '../../lib/domain/clock.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import type { Kind, Plan } from '../../lib/kinds/kind.ts'
import { kind as file } from '../../lib/kinds/windows/file/index.ts'
import type { Reply } from '../../lib/transport/wire.ts'
import { createTransport, type Transport } from '../../lib/transport/session.ts'
import { openDoor } from '../contracts/worker/over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

const root = fileURLToPath(new URL('../../lib/kinds/', import.meta.url))
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const own = { organisation: 'test', backend: 'test', urn: 'urn:test', operation: 'create' }

let sshd: Sshd
let transport: Transport
beforeAll(async () => {
  sshd = await startSshd()
  transport = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: sshd.port, account: sshd.account, key: sshd.key }),
    knownHosts: sshd.knownHosts,
    allowed: () => ({ ok: true, value: undefined }),
    door: () => openDoor,
    emit: () => undefined,
    clock: systemClock,
  })
})
afterAll(async () => {
  await transport.close()
  await sshd.stop()
})

const scriptOf = (folder: string, verb: string): string =>
  readFileSync(join(root, folder, `${verb}.ps1`), 'utf8')

async function observe(folder: string, params: JsonObject): Promise<Reply | undefined> {
  const text = scriptOf(folder, 'observe')
  const script = hashOf(text)
  const answer = await transport.host('host').exchange({
    scripts: new Map([[script, text]]),
    guards: [],
    ops: [{ op: 'observe', key: folder, script, params }],
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value.replies[0]
}

async function act(
  folder: string,
  params: JsonObject,
  plan: Plan,
  expected: string,
): Promise<Reply | undefined> {
  const steps = plan.do === 'steps' ? plan.steps : []
  const texts = [scriptOf(folder, 'observe'), ...steps.map((step) => scriptOf(folder, step.verb))]
  const op = {
    op: 'apply' as const,
    key: `${folder} ${JSON.stringify(params)}`,
    script: hashOf(scriptOf(folder, 'observe')),
    params,
    expect: expected,
    own,
    steps: steps.map((step) => ({
      name: step.verb,
      script: hashOf(scriptOf(folder, step.verb)),
      params: step.params,
    })),
  }
  const answer = await transport
    .host('host')
    .exchange({ scripts: new Map(texts.map((text) => [hashOf(text), text])), guards: [], ops: [op] })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value.replies[0]
}

describe('windows/file under real PowerShell', () => {
  test.each(['utf8', 'utf8-bom', 'utf16le', 'ascii'] as const)(
    'is written, found as wanted, changed and removed: %s',
    async (encoding) => {
      const path = join(sshd.folder, `${encoding}.txt`)
      const look = file.look({ path, content: '', encoding }, undefined)
      const text = encoding === 'ascii' ? 'plain\r\ntext' : 'Århus 東京 😀\n'
      let expected = 'absent'
      let found: Parameters<typeof file.plan>[1] = null
      for (const content of [text, `${text}again`]) {
        const want = { path, content, encoding }
        const done = await act('windows/file', look, file.plan(want, found, undefined), expected)
        if (done?.ok !== true || done.op !== 'apply' || done.seen === null)
          throw new Error(JSON.stringify(done))
        expect(done.before).toBe(expected)
        found = file.found.parse(done.seen)
        expected = done.hash
        expect(file.plan(want, found, undefined)).toMatchObject({ do: 'nothing' })
      }
      if (found === null) throw new Error('nothing was written')
      const gone = await act(
        'windows/file',
        look,
        file.remove({ path, content: '', encoding }, found, undefined),
        expected,
      )
      expect(gone).toMatchObject({ ok: true, hash: 'absent' })
      expect(existsSync(path)).toBe(false)
    },
  )
})

test('a secret content is found by its digest under a key, and its SHA-256 is not said', async () => {
  const path = join(sshd.folder, 'secret.txt')
  const want = { path, content: 'Århus 東京 😀\n', encoding: 'utf8' as const }
  const keyed = file.keyed!.under(Buffer.alloc(32, 9).toString('base64'))
  const look = keyed.look(want, undefined)
  const done = await act('windows/file', look, keyed.plan(want, null, undefined), 'absent')
  if (done?.ok !== true || done.op !== 'apply' || done.seen === null) throw new Error(JSON.stringify(done))
  expect(done.seen['sha256']).toMatch(/^hmac:[A-Za-z0-9+/]{43}=$/)
  expect(keyed.plan(want, file.found.parse(done.seen), undefined)).toMatchObject({ do: 'nothing' })
  const blind = await observe('windows/file', file.keyed!.under(undefined).look(want, undefined))
  expect(blind).toMatchObject({ ok: true, seen: { sha256: '' } })
})

/** Elsewhere than on Windows a kind's look ends at the first command of a Windows module; up to there it must run. */
describe('the look of every kind', () => {
  const folders = globSync('*/*/index.ts', { cwd: root }).map(dirname).sort()
  test.each(folders)('%s runs as far as this system goes', async (folder) => {
    const { kind }: { kind: Kind } = await import(join(root, folder, 'index.ts'))
    const [one] = globSync('cases/*.yaml', { cwd: join(root, folder) }).sort()
    if (one === undefined) throw new Error(`${folder} has no cases`)
    const { want }: { want: JsonObject } = parse(readFileSync(join(root, folder, one), 'utf8'))
    const params = kind.look(kind.props.parse(want) as JsonObject, undefined)
    const reply = await observe(folder, params)
    if (reply?.ok === false && reply.why === 'error')
      expect(reply.error.fqid).toMatch(/^(CommandNotFoundException$|DriveNotFound,)/)
    else expect(reply).toMatchObject({ ok: true })
  })
})
