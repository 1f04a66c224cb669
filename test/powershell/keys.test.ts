import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorker } from '../../lib/transport/ssh/connect.ts'
import type { SshOptions } from '../../lib/transport/ssh/target.ts'
import { optionsOf, targetOf } from '../contracts/worker/over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

let sshd: Sshd
let agent: ChildProcess
let agentSocket: string
beforeAll(async () => {
  sshd = await startSshd()
  agentSocket = join(sshd.folder, 'agent')
  agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: ['ignore', 'pipe', 'ignore'] })
  // It prints its address once it listens.
  await new Promise((resolve) => agent.stdout?.once('data', resolve))
})
afterAll(async () => {
  agent.kill()
  await sshd.stop()
})

/** A new key that may log in, or may not. */
function keygen(name: string, type: readonly string[], may = true, passphrase = ''): string {
  const path = join(sshd.folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', ...type, '-N', passphrase, '-f', path])
  if (may) appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${path}.pub`))
  return path
}

const add = (path: string): Buffer =>
  execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket } })

async function open(key: string | undefined, manner: 'ahead' | 'waiting', more: Partial<SshOptions> = {}) {
  const { key: _own, ...target } = targetOf(sshd)
  const order = { command: 'cat', first: Buffer.from('read ahead\n'), manner }
  const opened = await openWorker({ ...target, ...(key === undefined ? {} : { key }) }, order, {
    ...optionsOf(sshd),
    agent: agentSocket,
    ...more,
  })
  if (!opened.ok) return opened.error
  const text = await new Promise<string>((resolve) =>
    opened.value.listen({
      bytes: (bytes) => resolve(bytes.toString()),
      noise: () => undefined,
      closed: resolve,
    }),
  )
  opened.value.close('done')
  return text
}

describe.each(['ahead', 'waiting'] as const)('a login in the manner "%s"', (manner) => {
  test.each([
    ['ed25519', ['ed25519']],
    ['ecdsa', ['ecdsa', '-b', '384']],
    ['rsa', ['rsa', '-b', '2048']],
  ] as const)('takes a key file: %s', async (name, type) => {
    expect(await open(keygen(`${manner}-${name}`, type), manner)).toBe('read ahead\n')
  })

  test.each([
    ['ed25519', ['ed25519']],
    ['rsa', ['rsa', '-b', '2048']],
  ] as const)('takes the key of the agent that a public key file names: %s', async (name, type) => {
    const key = keygen(`${manner}-agent-${name}`, type)
    add(keygen(`${manner}-other-${name}`, ['ed25519'], false))
    add(key)
    expect(await open(`${key}.pub`, manner)).toBe('read ahead\n')
  })

  test('takes an encrypted key file once a person gave its passphrase', async () => {
    const key = keygen(`${manner}-encrypted`, ['ed25519'], true, 'open sesame')
    const asked: unknown[] = []
    const askSecret: SshOptions['askSecret'] = (what) => {
      asked.push(what)
      return Promise.resolve('open sesame')
    }
    expect(await open(key, manner, { askSecret })).toBe('read ahead\n')
    expect(asked).toEqual([{ host: 'host', account: sshd.account, kind: 'passphrase', key }])
    expect(await open(key, manner)).toMatchObject({
      failure: { kind: 'login', detail: expect.stringContaining('is encrypted') },
    })
  })

  test('says which public key the agent does not hold', async () => {
    const key = keygen(`${manner}-absent`, ['ed25519'])
    expect(await open(`${key}.pub`, manner)).toMatchObject({
      failure: { kind: 'login', detail: expect.stringContaining(`${key}.pub is a public key`) },
    })
  })
})

test('an agent whose first key is refused is asked for the others by waiting', async () => {
  execFileSync('ssh-add', ['-q', '-D'], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket } })
  add(keygen('refused', ['ed25519'], false))
  add(keygen('taken', ['ed25519']))
  expect(await open(undefined, 'ahead')).toMatchObject({
    ran: 'nothing',
    wait: true,
    failure: { kind: 'login' },
  })
  expect(await open(undefined, 'waiting')).toBe('read ahead\n')
})

test('an agent that is not there is said', async () => {
  expect(await open(undefined, 'ahead', { agent: join(sshd.folder, 'nobody') })).toMatchObject({
    failure: { kind: 'login', detail: expect.stringContaining('SSH agent') },
  })
})
