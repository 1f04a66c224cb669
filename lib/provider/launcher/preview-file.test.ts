import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noteTarget } from '../../reconcile/fake-host.test-rig.ts'
import { inputsOf } from '../inputs.ts'
import { rememberedOf } from '../preview-memory.ts'
import { openPreviewFile } from './preview-file.ts'

const target = noteTarget()
const entry = rememberedOf(
  'create',
  target,
  inputsOf(target.loaded, { host: 'h1', name: 'N', text: 'new' }),
  { state: 'seen', hash: 'absent', found: null, owner: null, machine: 'm' },
  true,
)

describe('the file between the preview and the update of one engine', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-plain-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const files = () => readdirSync(folder)
  /** As if its writer had ended: a process that is no more. */
  const endWriter = (): void => {
    const path = join(folder, files()[0]!)
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^.*\n/, `{"provider":${pid}}\n`))
  }

  it('is written by the first, readable by its owner only, and read by the next once the first has ended', () => {
    const first = openPreviewFile(folder)
    expect([first.follows, first.entries, files()]).toEqual([false, [], []])
    first.note(entry)
    first.close()
    expect(statSync(join(folder, files()[0]!)).mode & 0o777).toBe(0o600)
    endWriter()
    const second = openPreviewFile(folder)
    expect([second.follows, second.recall('create', target.urn)]).toEqual([true, entry])
    second.close()
    expect(files()).toEqual([])
  })
  it('is not taken from a provider that still runs, nor when it is not whole', () => {
    openPreviewFile(folder).note(entry)
    expect(openPreviewFile(folder).follows).toBe(false)
    openPreviewFile(folder).note(entry)
    endWriter()
    const path = join(folder, files()[0]!)
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"half": \n`)
    expect(openPreviewFile(folder).follows).toBe(false)
  })
  it('of an engine that is no more goes', () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(join(folder, `${pid}-0000000000000000.jsonl`), '{}\n')
    openPreviewFile(folder)
    expect(files()).toEqual([])
  })
})
