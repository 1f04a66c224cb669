import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldCase, pathComplaint, windowsPath } from './windows-path.ts'

describe('a Windows path', () => {
  it.each([
    ['motd.txt', 'a path on a local drive'],
    ['/etc/motd', 'a path on a local drive'],
    ['\\\\server\\share\\a.txt', 'a path on a local drive'],
    ['C:motd.txt', 'a path on a local drive'],
    ['C:\\', 'no empty name'],
    ['C:\\a\\\\b', 'no empty name'],
    ['C:\\a\\', 'no empty name'],
    ['C:\\a\\..\\b', 'no . or ..'],
    ['C:\\a/b', 'names without'],
    ['C:\\a*', 'names without'],
    ['C:\\a:stream', 'names without'],
    ['C:\\a\u0007', 'names without'],
    ['C:\\a.', 'ends in a dot or a blank'],
    ['C:\\a \\b', 'ends in a dot or a blank'],
    ['C:\\con', 'no device name'],
    ['C:\\x\\LPT1.txt', 'no device name'],
    [`C:\\${'a'.repeat(240)}`, 'at most 240 characters'],
  ])('%j is none: %s', (path, complaint) => {
    expect(pathComplaint(path)).toContain(complaint)
    expect(windowsPath.safeParse(path).error?.issues[0]?.message).toContain(complaint)
  })

  it.each(['C:\\a', 'd:\\Users\\Å b\\file (1).txt', 'C:\\Program Files\\x.y.z', 'C:\\console\\com10'])(
    '%j is one',
    (path) => {
      expect(pathComplaint(path)).toBeUndefined()
      expect(windowsPath.parse(path)).toBe(path)
    },
  )

  it('folds so that folding again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldCase(foldCase(text))).toBe(foldCase(text))
      }),
    )
  })
})
