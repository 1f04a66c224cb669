import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import { type HostMemory, processMemory } from '../../lib/transport/memory.ts'
import { createTransport, type Transport } from '../../lib/transport/session.ts'
import { openDoor } from '../contracts/worker/over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd.stop())

const open: Transport[] = []
afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close()
})

function transport(memory: HostMemory = processMemory()): Transport {
  const made = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: sshd.port, account: sshd.account, key: sshd.key }),
    knownHosts: sshd.knownHosts,
    allowed: () => ({ ok: true, value: undefined }),
    door: () => openDoor,
    emit: () => undefined,
    clock: systemClock,
    memory,
  })
  open.push(made)
  return made
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
/** Observes with each of these scripts, in one frame. */
async function look(at: Transport, params: JsonObject, ...texts: readonly string[]) {
  const ops = texts.map((text, index) => ({
    op: 'observe' as const,
    key: `k${index}`,
    script: hashOf(text),
    params,
  }))
  return at
    .host('host')
    .exchange({ scripts: new Map(texts.map((text) => [hashOf(text), text])), guards: [], ops })
}
const here = `param($Params)\n[pscustomobject]@{ here = $true }`

describe('a session with real PowerShell', () => {
  test.each([false, true])('answers, waiting: %s', async (waits) => {
    const memory = processMemory()
    if (waits) memory.setWaits('host')
    const at = transport(memory)
    expect(await look(at, {}, here)).toMatchObject({
      ok: true,
      value: { replies: [{ ok: true, seen: { here: true } }] },
    })
    expect(await look(at, {}, here)).toMatchObject({ ok: true })
    expect(at.host('host').counters).toMatchObject({ connections: 1, exchanges: 2 })
    expect(memory.waits('host')).toBe(waits)
  })

  test('keeps scripts on the host across connections, and refuses one that was tampered with', async () => {
    const script = `param($Params)\n[pscustomobject]@{ kept = $true }`
    await look(transport(), {}, script)
    const file = join(sshd.programData, 'Chancery', 'scripts', `${hashOf(script)}.ps1`)
    expect(readFileSync(file, 'utf8')).toBe(script)
    const memory = processMemory()
    memory.add('host', [hashOf(script)])
    const second = transport(memory)
    expect(await look(second, {}, script)).toMatchObject({ ok: true })
    expect(second.host('host').counters.exchanges).toBe(1)
    writeFileSync(file, `${script}\n# changed`)
    const third = transport(memory)
    expect(await look(third, {}, script)).toMatchObject({
      ok: true,
      value: { replies: [{ seen: { kept: true } }] },
    })
    expect(third.host('host').counters.exchanges).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe(script)
  })

  test('whose connection is lost in the middle of an act is not overtaken by the next', async () => {
    const path = join(sshd.folder, 'slow.txt')
    const slow = `param($Params)
[IO.File]::WriteAllText($Params.path, 'begun')
foreach ($n in 1..30) { Start-Sleep -Milliseconds 100 }
[IO.File]::WriteAllText($Params.path, 'ended')`
    const seen = `param($Params)
if ([IO.File]::Exists($Params.path)) { [pscustomobject]@{ text = [IO.File]::ReadAllText($Params.path) } }`
    const scripts = new Map([slow, seen].map((text) => [hashOf(text), text]))
    const first = transport()
    const act = {
      op: 'apply' as const,
      key: 'slow',
      script: hashOf(seen),
      params: { path },
      expect: 'absent',
      own: null,
      steps: [{ name: 'slow', script: hashOf(slow), params: { path } }],
    }
    const lost = first.host('host').exchange({ scripts, guards: [], ops: [act] })
    while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve))
    await first.close()
    expect(await lost).toMatchObject({ ok: false, error: { kind: 'unknown' } })
    expect(await look(transport(), { path }, seen)).toMatchObject({
      ok: true,
      value: { replies: [{ seen: { text: 'ended' } }] },
    })
  })

  test('hears an answer before a script begins that may take long', async () => {
    const at = transport()
    const path = join(sshd.folder, 'heard.txt')
    const waiting = `param($Params)
while (-not [IO.File]::Exists($Params.path)) { Start-Sleep -Milliseconds 20 }`
    const ops = [here, waiting].map((text, index) => ({
      op: 'observe' as const,
      key: `heard${index}`,
      script: hashOf(text),
      params: { path },
      limitMs: 20_000,
    }))
    const scripts = new Map([here, waiting].map((text) => [hashOf(text), text]))
    const answer = await at.host('host').exchange({ scripts, guards: [], ops }, (index) => {
      if (index === 0) writeFileSync(path, '')
    })
    expect(answer).toMatchObject({
      ok: true,
      value: { replies: [{ ok: true }, { ok: true, hash: 'absent' }] },
    })
  })

  test('hears many quick answers in few lines', async () => {
    const at = transport()
    const text = `param($Params)\n[pscustomobject]@{ text = 'the same words over and over' }`
    const all = Array.from({ length: 50 }, () => text)
    await look(at, {}, ...all)
    const before = at.host('host').counters.bytesDown
    expect(await look(at, {}, ...all)).toMatchObject({ ok: true })
    expect(at.host('host').counters.bytesDown - before).toBeLessThan(3000)
  })

  test('leaves no half-written file behind', async () => {
    const at = transport()
    const own = { organisation: 'o', backend: 'b', urn: 'u', operation: 'create' }
    const act = {
      op: 'apply' as const,
      key: 'whole',
      script: hashOf(here),
      params: {},
      expect: hashOf('{"here":true}'),
      own,
      adopt: true,
      steps: [],
    }
    for (let i = 0; i < 2; i += 1) {
      const answer = await at
        .host('host')
        .exchange({ scripts: new Map([[hashOf(here), here]]), guards: [], ops: [act] })
      expect(answer).toMatchObject({ ok: true, value: { replies: [{ ok: true, owner: own }] } })
    }
    const owned = join(sshd.programData, 'Chancery', 'owned')
    expect(readdirSync(owned)).toContain(`${hashOf('whole')}.json`)
    expect(readdirSync(owned).filter((name) => !name.endsWith('.json'))).toEqual([])
    expect(JSON.parse(readFileSync(join(owned, `${hashOf('whole')}.json`), 'utf8'))).toEqual(own)
  })

  test('says what the host said where the worker cannot start', async () => {
    const before = readFileSync(join(sshd.folder, 'bin', 'powershell.exe'), 'utf8')
    writeFileSync(
      join(sshd.folder, 'bin', 'powershell.exe'),
      '#!/bin/sh\necho "blocked by policy" >&2\nexit 3\n',
    )
    try {
      expect(await look(transport(), {}, here)).toMatchObject({
        ok: false,
        error: { kind: 'unreachable', detail: expect.stringContaining('blocked by policy') },
      })
    } finally {
      writeFileSync(join(sshd.folder, 'bin', 'powershell.exe'), before)
    }
  })
})

/** What a worker must survive, script by script. */
describe('a worker survives', () => {
  const survives = async (text: string): Promise<unknown> => {
    const at = transport()
    const answer = await look(at, { path: sshd.folder }, text, here)
    expect(answer, 'the next operation answers').toMatchObject({
      ok: true,
      value: { replies: [expect.anything(), { ok: true, seen: { here: true } }] },
    })
    expect(await look(at, {}, here), 'the next frame answers').toMatchObject({ ok: true })
    expect(at.host('host').counters.connections).toBe(1)
    return answer.ok ? answer.value.replies[0] : undefined
  }

  test('exit', async () => {
    expect(await survives('param($Params)\nexit 7')).toMatchObject({
      ok: false,
      error: { fqid: 'Chancery.LeftEarly' },
    })
  })

  test('a native program that reads standard input, when it is given an empty one', async () => {
    expect(await survives('param($Params)\n$null = $null | & cat')).toMatchObject({
      ok: true,
      hash: 'absent',
    })
  })

  test('a native program that waits on standard input, by its time limit', async () => {
    const at = transport()
    const eater = 'param($Params)\n$null = & cat'
    const ops = [{ op: 'observe' as const, key: 'a', script: hashOf(eater), params: {}, limitMs: 1500 }]
    const answer = await at
      .host('host')
      .exchange({ scripts: new Map([[hashOf(eater), eater]]), guards: [], ops })
    expect(answer).toMatchObject({
      ok: true,
      value: { replies: [{ ok: false, error: { fqid: 'Chancery.TimeLimit' } }] },
    })
    expect(await look(at, {}, here)).toMatchObject({ ok: true })
    expect(at.host('host').counters.connections).toBe(1)
  })

  test('a busy loop, by its time limit', async () => {
    const busy = 'param($Params)\nwhile ($true) { $x = 1 }'
    const at = transport()
    const ops = [{ op: 'observe' as const, key: 'a', script: hashOf(busy), params: {}, limitMs: 1000 }]
    const answer = await at
      .host('host')
      .exchange({ scripts: new Map([[hashOf(busy), busy]]), guards: [], ops })
    expect(answer).toMatchObject({
      ok: true,
      value: { replies: [{ ok: false, error: { fqid: 'Chancery.TimeLimit' } }] },
    })
    expect(await look(at, {}, here)).toMatchObject({ ok: true })
  })

  test('noise on every stream', async () => {
    const text = `param($Params)
[Console]::Out.Write('no line end ')
Write-Host 'host'
[Console]::Error.WriteLine('standard error')
Write-Progress -Activity 'busy' -PercentComplete 5
Write-Verbose -Message 'verbose' -Verbose`
    expect(await survives(text)).toMatchObject({ ok: true, hash: 'absent' })
  })

  test('a prompt', async () => {
    expect(await survives("param($Params)\n$null = Read-Host -Prompt 'really'")).toMatchObject({
      ok: false,
      why: 'error',
    })
  })

  test('a syntax error', async () => {
    expect(await survives('param($Params)\nif (')).toMatchObject({
      ok: false,
      why: 'error',
      error: { fqid: 'ParseException' },
    })
  })

  test('preferences and functions that a script sets', async () => {
    const text = `param($Params)
$ErrorActionPreference = 'Continue'
Set-StrictMode -Off
function ConvertTo-Wire { 'mine' }
function Write-Wire { }
$watch = $null
$blocks = $null`
    expect(await survives(text)).toMatchObject({ ok: true })
  })

  test('a thousand lines of output', async () => {
    expect(await survives('param($Params)\nforeach ($n in 1..1000) { Write-Host $n }')).toMatchObject({
      ok: true,
    })
  })
})
