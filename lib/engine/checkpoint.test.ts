import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeCheckpointFailure, parseCheckpoint, readCheckpoint } from './checkpoint.ts'
import { withSecrets } from './checkpoint-secrets.ts'

const stack = { project: 'chancery', stack: 'pp.nairobi' }
const secret = (ciphertext: string) => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  ciphertext,
})
/** As the engine wrote it (3.259), with the passphrase below; what is not read is left out. */
const written = {
  version: 3,
  checkpoint: {
    stack: 'organization/chancery/pp.nairobi',
    latest: {
      manifest: { time: '2026-11-24T08:40:51Z', magic: 'ab35', version: 'v3.259.0' },
      secrets_providers: {
        type: 'passphrase',
        state: { salt: 'v1:nWIosH6s7gg=:v1:gEc3I9Qg1rxkCoun:DrQt9Ma5Mbprxcc0p99HjNUiupXumA==' },
      },
      resources: [
        {
          urn: 'urn:pulumi:pp.nairobi::chancery::chancery:windows:File::a',
          custom: true,
          id: 'nairobi-hv1|c:\\n\\a.txt',
          type: 'chancery:windows:File',
          inputs: {
            content: secret('v1:Zqid6BBEv5ETZCR8:uYQVLYk21bhAnpi7wvAvWZ7ppNqkWQ=='),
            encoding: 'utf8',
          },
          outputs: { parts: [secret('v1:OeS48pEjVDnsrLqp:breYn+cqY94KWQIc5OwcBl79YDu86A==')] },
          modified: '2026-11-24T08:40:51.458089611Z',
          ignoreChanges: ['encoding'],
        },
      ],
    },
  },
}
const passphrase = 'Wi9hu8RuwHOu2S-14OQ25Fk3vMvTXiqu'
const text = JSON.stringify(written)

function failureOf(of: string): string {
  const parsed = parseCheckpoint(of, 'x.json', stack)
  if (parsed.ok) throw new Error('expected a failure')
  return describeCheckpointFailure(parsed.error)
}

describe('a checkpoint file', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-checkpoint-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const place = () => ({ ...stack, backendUrl: pathToFileURL(folder).href })
  const put = (name: string, content: string | Buffer): void => {
    mkdirSync(join(folder, '.pulumi/stacks/chancery'), { recursive: true })
    writeFileSync(join(folder, '.pulumi/stacks/chancery', name), content)
  }

  it('is read with what it says of each resource, plain or packed', async () => {
    put('pp.nairobi.json.gz', gzipSync(text))
    const packed = await readCheckpoint(place())
    put('pp.nairobi.json', text)
    const plain = await readCheckpoint(place())
    for (const read of [packed, plain])
      expect(read).toMatchObject({
        ok: true,
        value: {
          pending: [],
          secrets: { type: 'passphrase' },
          resources: [{ ignoreChanges: ['encoding'], delete: false, modified: expect.any(String) }],
        },
      })
  })

  it('that is not there means that there is no such stack', async () => {
    expect(await readCheckpoint(place())).toEqual({ ok: true, value: undefined })
  })

  it('that is no packed text is unreadable, and not absent', async () => {
    put('pp.nairobi.json.gz', 'plain')
    expect(await readCheckpoint(place())).toMatchObject({ ok: false, error: { kind: 'unreadable' } })
  })

  it('cut off anywhere is said to be cut off, and never read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(failureOf(text.slice(0, length))).toMatch(/it is empty|is cut off after|it is not JSON/)
      }),
    )
    expect(failureOf(text.slice(0, 500))).toBe(
      "The checkpoint x.json can't be read: it is not JSON; it is cut off after 500 bytes (at position 500). No host was touched. The engine keeps the one before it beside it, with .bak at its end; compare, and put that in its place.",
    )
  })

  it('of a newer version, or with features that are not known, is refused with what it has', () => {
    expect(failureOf(JSON.stringify({ ...written, version: 5 }))).toContain('version 5, expected 3 or 4')
    const features = ['views', 'time-travel']
    expect(failureOf(JSON.stringify({ ...written, version: 4, features }))).toContain('it uses time-travel,')
    const known = parseCheckpoint(JSON.stringify({ ...written, version: 4, features: ['views'] }), 'x', stack)
    expect(known.ok).toBe(true)
  })

  it('of another stack or project is refused, by its name or by its resources', () => {
    const other = (from: string, to: string): string => failureOf(text.replaceAll(from, to))
    expect(other('pp.nairobi', 'pp.accra')).toContain('expected chancery/pp.nairobi, got chancery/pp.accra')
    expect(other('organization/chancery', 'organization/payroll')).toContain('got payroll/pp.nairobi')
    expect(other('::chancery::', '::payroll::')).toContain('got payroll/pp.nairobi')
  })

  it('that is something else is refused', () => {
    expect(failureOf('{}')).toContain('it has no version and checkpoint')
    expect(failureOf('[]')).toContain('it has no version and checkpoint')
    expect(failureOf('{"version":3,"checkpoint":{}}')).toContain('stack:')
    expect(failureOf('{"version":1,"checkpoint":{}}')).toContain('version 1, expected 3 or 4')
  })
})

describe('secrets of a checkpoint', () => {
  const checkpoint = (() => {
    const parsed = parseCheckpoint(text, 'x.json', stack)
    if (!parsed.ok) throw new Error('unreadable')
    return parsed.value
  })()
  const values = checkpoint.resources.flatMap(({ inputs, outputs }) => [inputs, outputs])
  const opened = (value: string) =>
    withSecrets(values, checkpoint, { passphrase: { from: 'value', value }, env: {} })

  it('are decrypted as the engine encrypted them, and stay marked', async () => {
    const plain = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 'hush' }
    expect(await opened(passphrase)).toEqual({
      ok: true,
      value: [{ content: plain, encoding: 'utf8' }, { parts: [plain] }],
    })
  })

  it('stay closed to another passphrase, which is said without the right one or any value', async () => {
    const refused = await opened('guess')
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: 'secrets', detail: 'the passphrase is not the right one' },
    })
    expect(JSON.stringify(refused)).not.toMatch(/guess|hush/)
  })

  it('need no passphrase where there are none', async () => {
    const plain = [{ a: 1, b: [{ c: null }] }]
    const none = { passphrase: { from: 'environment' }, env: {} } as const
    expect(await withSecrets(plain, checkpoint, none)).toEqual({ ok: true, value: plain })
    expect(await withSecrets(values, checkpoint, none)).toMatchObject({
      ok: false,
      error: { detail: 'no passphrase is set' },
    })
  })

  it('of another provider than a passphrase are left to the engine', async () => {
    const cloud = { ...checkpoint, secrets: { type: 'cloud', state: {} } }
    const answer = await withSecrets(values, cloud, { passphrase: { from: 'value', value: 'x' }, env: {} })
    expect(answer).toMatchObject({ ok: false, error: { detail: 'its secrets provider is cloud' } })
  })
})
