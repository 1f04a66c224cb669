import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stackHomes } from './stacks.ts'

describe('the passphrase of the states', () => {
  let cwd: string
  beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), 'chancery-stacks-'))))
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))
  const own = (): string => join(cwd, '.chancery', 'passphrase')
  const shared = 'postgres://anna:hunter2@db.example.org/state'
  function passphrase(
    estate: { readonly stateBackend: string; readonly passphraseFile?: string },
    env: { readonly [name: string]: string } = {},
  ) {
    const homes = stackHomes(
      { sites: [site], estate: { organisation: 'example', ...estate }, cwd, env },
      'mission',
    )
    return homes.ok ? homes.value[0]?.passphrase : homes.error.message
  }
  const site = {
    id: 'beirut',
    name: 'Beirut',
    kind: 'embassy',
    city: 'Beirut',
    country: 'LB',
    timeZone: 'Asia/Beirut',
    weekend: [],
    users: 1,
    size: 'small',
    profile: 'home',
    hosts: [],
    link: {
      id: 'beirut',
      medium: 'lan',
      secondLine: 'none',
      timeZone: 'Asia/Beirut',
      kbitPerS: 1000,
      rttMs: 1,
      budget: [],
      windows: [],
    },
    provenance: 'synthetic',
  } as const

  it.each([
    shared,
    's3://bucket?region=eu-west-1',
    'azblob://states',
    'file:///srv/state',
    'file://~/state',
    'https://api.pulumi.com',
  ])('is never made for states that operators share: %s', (stateBackend) => {
    expect(passphrase({ stateBackend })).toMatch(
      /expected one that every operator shares, got none\. No host was touched\. Set PULUMI_CONFIG_PASSPHRASE, .*passphraseFile in organisation\.yaml/,
    )
    expect(existsSync(own())).toBe(false)
    expect(passphrase({ stateBackend })).not.toContain('hunter2')
  })

  it('that was made on this machine before is not taken for shared states, but named', () => {
    const folder = pathToFileURL(join(cwd, '.chancery', 'state')).href
    expect(passphrase({ stateBackend: folder })).toEqual({ from: 'file', path: own() })
    expect(passphrase({ stateBackend: shared })).toContain(`(If ${own()}, which was made on this machine`)
    expect(passphrase({ stateBackend: shared, passphraseFile: own() })).toEqual({ from: 'file', path: own() })
  })

  it('is made once for states in a folder of our own, and in a rehearsal', () => {
    const stateBackend = pathToFileURL(join(cwd, '.chancery', 'state')).href
    expect(passphrase({ stateBackend })).toEqual({ from: 'file', path: own() })
    const made = readFileSync(own(), 'utf8')
    expect(made).toMatch(/^[\w-]{32}$/)
    expect(passphrase({ stateBackend })).toEqual({ from: 'file', path: own() })
    expect(readFileSync(own(), 'utf8')).toBe(made)
    const rehearsed = { stateBackend: pathToFileURL(join(cwd, 'rehearsal', 'state')).href }
    expect(passphrase(rehearsed)).toContain('expected one that every operator shares')
    mkdirSync(join(cwd, 'rehearsal'))
    expect(passphrase(rehearsed, { CHANCERY_REHEARSAL: join(cwd, 'rehearsal') })).toMatchObject({
      from: 'file',
    })
    expect(passphrase(rehearsed, { CHANCERY_REHEARSAL: join(cwd, 'rehears') })).toContain('got none')
  })

  it('comes from the environment first, then from the file that the inventory names', () => {
    const passphraseFile = join(cwd, 'phrase')
    writeFileSync(passphraseFile, 'correct horse\n')
    const estate = { stateBackend: shared, passphraseFile }
    expect(passphrase(estate, { PULUMI_CONFIG_PASSPHRASE: 'x' })).toEqual({ from: 'environment' })
    expect(passphrase(estate, { PULUMI_CONFIG_PASSPHRASE_FILE: '/x' })).toEqual({ from: 'environment' })
    expect(passphrase(estate)).toEqual({ from: 'file', path: passphraseFile })
    expect(existsSync(own())).toBe(false)
  })

  it.each([
    ['is not there', undefined, /but there is none\. No host was touched\. Get it from another operator/],
    ['is empty', ' \n', /but it is empty/],
  ])('in a file that %s is refused by name', (_, text, message) => {
    const passphraseFile = join(cwd, 'phrase')
    if (text !== undefined) writeFileSync(passphraseFile, text)
    const said = passphrase({ stateBackend: shared, passphraseFile })
    expect(said).toMatch(message)
    expect(said).toContain(passphraseFile)
    expect(said).not.toContain('hunter2')
    expect(existsSync(passphraseFile)).toBe(text !== undefined)
  })

  it('in something that is no file is refused by name', () => {
    expect(passphrase({ stateBackend: shared, passphraseFile: cwd })).toContain("can't be read (EISDIR)")
  })
})
