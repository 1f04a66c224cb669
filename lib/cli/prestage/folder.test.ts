import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { folderComplaint, shellWord } from './folder.ts'

test('a bundle is looked for at a full path of the host, and nowhere else', () => {
  for (const text of ['D:\\', 'D:\\bundle', 'd:/bundle', '\\\\server\\share\\bundle'])
    expect(folderComplaint(text)).toBe(undefined)
  for (const text of ['', 'bundle', 'D:', 'D:bundle', '\\bundle', '/mnt/disk', '\\\\server'])
    expect(folderComplaint(text)).toContain('expected a full path on the host, got ')
})

test('a file of any name can be copied from what is printed into a shell', () => {
  expect(shellWord('dist/agent-2.1.msi')).toBe('dist/agent-2.1.msi')
  for (const name of ['a file', "it's", 'a$b`c`', '*', '', 'ünï "x"'])
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(name)}`], { encoding: 'utf8' })).toBe(name)
})
