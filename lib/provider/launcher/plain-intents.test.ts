import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { intentFiles } from '../../cli/resolve/intent-files.ts'
import type { Intent } from '../../reconcile/intents.ts'
import { plainIntents } from './plain-intents.ts'

const intent = (name: string): Intent => ({
  host: 'h1',
  urn: `urn:pulumi:mission.beirut::chancery::chancery:windows:File::${name}`,
  key: `windows:File|${name}`,
  operation: 'create',
  verbs: ['write'],
  expect: 'absent',
})

describe('the intents of plain pulumi', () => {
  let root: string
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'chancery-plain-intents-'))))
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const stack = () => join(root, 'stacks/mission.beirut')
  const files = () => (existsSync(join(stack(), 'intents')) ? readdirSync(join(stack(), 'intents')) : [])

  it('lie with the stack that the URN names, as resolve reads them, and are there only while something is in flight', () => {
    const intents = plainIntents(root, 'anna@ops1', { now: () => 0, sleep: async () => true })
    const first = intents.begin([intent('a'), intent('b')])
    if (!first.ok) throw new Error(first.error)
    intents.end(first.value[0]!, 'done')
    expect(intentFiles(stack())).toMatchObject([
      {
        run: { operation: 'plain pulumi', by: 'anna@ops1', stack: 'mission.beirut' },
        open: [{ urn: intent('b').urn, expect: 'absent' }],
      },
    ])
    const second = intents.begin([intent('c')])
    if (!second.ok) throw new Error(second.error)
    intents.end(first.value[1]!, 'failed')
    expect(intentFiles(stack())).toMatchObject([{ open: [{ urn: intent('c').urn }] }])
    intents.end(second.value[0]!, 'done')
    expect(files()).toEqual([])
    const third = intents.begin([intent('d')])
    expect(third.ok && readFileSync(join(stack(), 'intents', files()[0]!), 'utf8')).toContain('::d"')
  })
})
