import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kindComplaints } from './kind-complaints.ts'
import { kindsRoot, planOf, readKind } from './kind-folders.ts'
import { newKind } from './new-kind.ts'

/** Inside the project, so that packages resolve; two levels, as `lib/kinds` has. */
let root = ''
beforeAll(() => {
  mkdirSync(join(kindsRoot, '../../.chancery'), { recursive: true })
  root = mkdtempSync(join(kindsRoot, '../../.chancery/new-kind-'))
  for (const name of ['kind.ts', 'windows-path.ts']) {
    writeFileSync(join(root, name), `export * from '${join(kindsRoot, name)}'\n`)
  }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the generator of kinds', () => {
  it('makes a kind that conforms but for the lines that are left to its author', async () => {
    expect(await newKind(root, 'windows/scheduled-task')).toBeUndefined()
    const made = await readKind(root, 'windows/scheduled-task')
    const complaints = kindComplaints(made)
    expect(complaints.filter((line) => !line.includes('WRITE:'))).toEqual([])
    expect(complaints.length).toBeGreaterThan(5)
    for (const one of made.cases) expect(planOf(made.kind, one)).toEqual(one.expect)
  })

  it('never writes into a folder that is there', async () => {
    expect(await newKind(root, 'windows/disk')).toBeUndefined()
    expect(await newKind(root, 'windows/disk')).toBe('windows/disk: is there already')
  })

  it.each(['', 'thing', 'Windows/Thing', 'windows/Thing', '../windows/thing', 'windows/a/b', 'windows/-a'])(
    'takes %j for no name of a kind',
    async (folder) => {
      expect(await newKind(root, folder)).toMatch(/^expected an area and a kebab-case name/)
    },
  )
})
