import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../domain/json.ts'
import { sealed, secretSignature, signature, stateKey } from './passphrase-cipher.ts'
import { isFiled, readFiledState } from './state-file.ts'

const passphrase = { from: 'value', value: 'Wi9hu8RuwHOu2S-14OQ25Fk3vMvTXiqu' } as const
/** Of that passphrase, as the engine wrote it (3.259). */
const secrets = {
  type: 'passphrase',
  state: { salt: 'v1:nWIosH6s7gg=:v1:gEc3I9Qg1rxkCoun:DrQt9Ma5Mbprxcc0p99HjNUiupXumA==' },
}
const secret = async (value: Json): Promise<Json> => {
  const key = await stateKey(secrets, { passphrase, env: {} })
  if (!key.ok) throw new Error(key.error.detail)
  return sealed(value, key.value)
}
const opened = (value: Json) => ({ [signature]: secretSignature, value })
const resource = (name: string, inputs: Json) => ({
  urn: `urn:pulumi:pp.nairobi::chancery::chancery:windows:File::${name}`,
  type: 'chancery:windows:File',
  inputs,
})
const state = (content: Json, change: object = {}) => ({
  version: 3,
  checkpoint: {
    stack: 'organization/chancery/pp.nairobi',
    latest: {
      secrets_providers: secrets,
      resources: [resource('a', { content })],
      pending_operations: [{ type: 'creating', resource: resource('b', { content }) }],
      ...change,
    },
  },
})

describe('the state of a stack in a folder', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-filed-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const place = () => ({
    project: 'chancery',
    stack: 'pp.nairobi',
    backendUrl: pathToFileURL(folder).href,
    passphrase,
    env: {},
  })
  function put(checkpoint: unknown, meta = 'version: 1\n'): void {
    mkdirSync(join(folder, '.pulumi/stacks/chancery'), { recursive: true })
    writeFileSync(join(folder, '.pulumi/meta.yaml'), meta)
    if (checkpoint !== undefined)
      writeFileSync(join(folder, '.pulumi/stacks/chancery/pp.nairobi.json'), JSON.stringify(checkpoint))
  }

  it('is read with the secrets of what is there and of what was begun', async () => {
    put(state(await secret(['hush'])))
    expect(await readFiledState(place())).toMatchObject({
      kind: 'read',
      resources: [{ id: '', inputs: { content: opened(['hush']) } }],
      pending: [{ type: 'creating', resource: { inputs: { content: opened(['hush']) } } }],
    })
    expect(await isFiled(place())).toBe(true)
  })

  it('is none in an empty folder, and where only other stacks lie', async () => {
    expect(await readFiledState(place())).toEqual({ kind: 'none' })
    put(undefined)
    expect(await readFiledState(place())).toEqual({ kind: 'none' })
    expect(await isFiled(place())).toBe(false)
  })

  it('of a passphrase that is not the right one is left to the engine, which says so', async () => {
    put(state(await secret('hush')))
    const wrong = { ...place(), passphrase: { from: 'value', value: 'guess' } } as const
    expect(await readFiledState(wrong)).toEqual({ kind: 'ask-engine' })
  })

  it.each<readonly [string, (file: object) => unknown]>([
    ['has a newer version', (file) => ({ ...file, version: 5 })],
    ['is another stack’s', (file) => JSON.parse(JSON.stringify(file).replaceAll('pp.nairobi', 'pp.accra'))],
    [
      'has begun acts of another stack',
      () =>
        state('x', {
          pending_operations: [
            { type: 'creating', resource: { urn: 'urn:pulumi:pp.accra::chancery::a:b:C::d', type: 'a:b:C' } },
          ],
        }),
    ],
    ['is no state', () => ({})],
  ])('that %s is left to the engine', async (_, changed) => {
    put(changed(state('plain')))
    expect(await readFiledState(place())).toEqual({ kind: 'ask-engine' })
    expect(await isFiled(place())).toBeUndefined()
  })

  it('with a secret within a secret is left to the engine', async () => {
    put(state(await secret({ user: 'anna', word: await secret('hush') })))
    expect(await readFiledState(place())).toEqual({ kind: 'ask-engine' })
  })

  it('whose secrets another provider keeps is left to the engine where it has any', async () => {
    const cloud = { secrets_providers: { type: 'cloud', state: {} } }
    put(state('plain', cloud))
    expect(await readFiledState(place())).toMatchObject({ kind: 'read' })
    put(state(await secret('hush'), cloud))
    expect(await readFiledState(place())).toEqual({ kind: 'ask-engine' })
  })

  it('in a layout of before folders of projects, or of an unknown one, is left to the engine', async () => {
    for (const meta of ['version: 0\n', 'version: 12\n', '']) {
      put(state('plain'), meta)
      expect(await readFiledState(place())).toEqual({ kind: 'ask-engine' })
      expect(await isFiled(place())).toBeUndefined()
    }
    rmSync(join(folder, '.pulumi/meta.yaml'))
    expect(await readFiledState(place())).toEqual({ kind: 'ask-engine' })
  })

  it('that is in no folder is left to the engine', async () => {
    const shared = { ...place(), backendUrl: 'postgres://state.example/chancery' }
    expect(await readFiledState(shared)).toEqual({ kind: 'ask-engine' })
    expect(await isFiled(shared)).toBeUndefined()
  })
})
