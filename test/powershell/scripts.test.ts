import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import { createTransport, type Transport } from '../../lib/transport/session.ts'
import { openDoor } from '../contracts/worker/over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = globSync('lib/**/*.ps1', { cwd: root }).sort()

/** Asks PowerShell's own parser; what it finds wrong, one line each. */
const parser = `param($Params)
$tokens = $null
$errors = $null
$null = [Management.Automation.Language.Parser]::ParseInput($Params.text, [ref]$tokens, [ref]$errors)
[pscustomobject]@{
    errors = @(foreach ($e in $errors) { '{0}:{1} {2}' -f $e.Extent.StartLineNumber, $e.Extent.StartColumnNumber, $e.ErrorId })
}`

describe('every script of the project', () => {
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

  const errorsIn = async (text: string): Promise<unknown> => {
    const script = createHash('sha256').update(parser).digest('hex')
    const answer = await transport.host('host').exchange({
      scripts: new Map([[script, parser]]),
      guards: [],
      ops: [{ op: 'observe', key: 'parse', script, params: { text } }],
    })
    const reply = answer.ok ? answer.value.replies[0] : undefined
    return reply?.ok === true && reply.op === 'observe' ? reply.seen?.['errors'] : answer
  }

  test('there are some, and the parser finds a broken one', async () => {
    expect(files.length).toBeGreaterThan(3)
    expect(await errorsIn('if (')).toEqual(['1:5 IfStatementMissingCondition'])
  })

  test.each(files)('%s parses', async (file) => {
    expect(await errorsIn(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))).toEqual([])
  })
})
