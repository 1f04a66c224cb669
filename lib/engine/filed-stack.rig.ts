import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach } from 'vitest'
import type { StackPlace } from './place.ts'

/** A stack whose state lies in a folder of its own for each test; no engine is there. */
export function filedStack() {
  let folder: string
  const stacks = () => join(folder, '.pulumi/stacks/test')
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-filed-stack-'))
    mkdirSync(stacks(), { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  return {
    /** Where its locks lie. */
    locks: () => join(folder, '.pulumi/locks/organization/test/mission.beirut'),
    /** Its checkpoint. */
    file: () => join(stacks(), 'mission.beirut.json'),
    place: (): StackPlace => ({
      enginePath: 'no-engine',
      engineVersion: '3.259.0',
      project: 'test',
      stack: 'mission.beirut',
      backendUrl: pathToFileURL(folder).href,
      workFolder: join(folder, 'work'),
      pluginFolders: {},
      passphrase: { from: 'environment' },
      env: {},
    }),
  }
}
