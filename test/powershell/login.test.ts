import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Manner, openWorker } from '../../lib/transport/ssh/connect.ts'
import { newKey } from '../../lib/transport/ssh/ssh.test-rig.ts'
import { optionsOf, targetOf } from '../contracts/worker/over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

const servers: Sshd[] = []
afterEach(async () => {
  for (const sshd of servers.splice(0)) await sshd.stop()
})
const serve = async (...settings: readonly string[]): Promise<Sshd> => {
  const sshd = await startSshd(settings)
  servers.push(sshd)
  return sshd
}
const open = (sshd: Sshd, manner: Manner, key = sshd.key) =>
  openWorker(
    { ...targetOf(sshd), key },
    { command: 'cat', first: Buffer.from('read ahead\n'), manner },
    optionsOf(sshd),
  )

/** What three flights rest on, asked of a real OpenSSH server. */
describe('OpenSSH', () => {
  test.each(['ahead', 'waiting'] as const)(
    'runs the command and hands it what was sent, %s',
    async (manner) => {
      const sshd = await serve()
      const opened = await open(sshd, manner)
      if (!opened.ok) throw new Error(JSON.stringify(opened.error))
      const text = await new Promise<string>((resolve) =>
        opened.value.listen({
          bytes: (bytes) => resolve(bytes.toString()),
          noise: () => undefined,
          closed: (detail) => resolve(`closed: ${detail}`),
        }),
      )
      expect(text).toBe('read ahead\n')
      opened.value.close('done')
    },
  )

  test.each(['ahead', 'waiting'] as const)(
    'refuses a key that it does not know, and nothing ran, %s',
    async (manner) => {
      const sshd = await serve()
      const key = join(sshd.folder, 'unknown')
      writeFileSync(key, newKey().private, { mode: 0o600 })
      expect(await open(sshd, manner, key)).toMatchObject({
        ok: false,
        error: { ran: 'nothing', wait: false, failure: { kind: 'login' } },
      })
    },
  )

  test('that wants a second method discards what was sent ahead, and is to be waited for', async () => {
    const sshd = await serve('PasswordAuthentication yes', 'AuthenticationMethods publickey,password')
    expect(await open(sshd, 'ahead')).toMatchObject({
      ok: false,
      error: { ran: 'nothing', wait: true, failure: { kind: 'login' } },
    })
  })

  test('that opens no session refuses, and nothing ran', async () => {
    const sshd = await serve('MaxSessions 0')
    expect(await open(sshd, 'ahead')).toMatchObject({ ok: false, error: { ran: 'nothing', wait: true } })
  })

  test('that shows another host key is sent nothing', async () => {
    const sshd = await serve('LogLevel DEBUG1')
    writeFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${newKey().public}\n`)
    expect(await open(sshd, 'ahead')).toMatchObject({ ok: false, error: { failure: { kind: 'host-key' } } })
    expect(sshd.log()).not.toContain('userauth')
  })
})
