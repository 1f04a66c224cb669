import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeFolder, nearestThere } from './make-folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chancery-folder-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('a folder', () => {
  test('is made with those above it, with their mode; the first that was made is told', () => {
    expect(makeFolder(join(root, 'a', 'b', 'c'), 0o700)).toBe(join(root, 'a'))
    expect(statSync(join(root, 'a', 'b', 'c')).mode & 0o777).toBe(0o700)
    expect(makeFolder(join(root, 'a', 'b', 'c'))).toBe(undefined)
    expect(makeFolder(join(root, 'a', 'b', 'd'))).toBe(join(root, 'a', 'b', 'd'))
  })

  test('is not made below a file, nor in place of one', () => {
    writeFileSync(join(root, 'file'), '')
    expect(() => makeFolder(join(root, 'file'))).toThrow('EEXIST')
    expect(() => makeFolder(join(root, 'file', 'below'))).toThrow('EEXIST')
  })

  test('its nearest that is there may be written or not', () => {
    expect(nearestThere(join(root, 'a', 'b'))).toBe(root)
    expect(nearestThere(root)).toBe(root)
  })

  test('below /proc is refused at once, however deep', () => {
    expect(() => makeFolder('/proc/chancery')).toThrow('ENOENT')
    expect(() => makeFolder('/proc/chancery/a/b')).toThrow('ENOENT')
  })
})
