import { expect, test } from 'vitest'
import { opened, sealed } from './words.ts'

const cut = (line: string): readonly [ours: string, theirs: string] => {
  const words = sealed(line.split(' '))
  const at = words.findIndex((word) => opened([word])[0] !== word)
  return at < 0 ? [words.join(' '), ''] : [words.slice(0, at).join(' '), opened(words.slice(at)).join(' ')]
}

test.each([
  ['rehearse up beirut --yes', 'rehearse', 'up beirut --yes'],
  ['--json rehearse --no-delay up beirut --json', '--json rehearse --no-delay', 'up beirut --json'],
  ['rehearse --fault beirut-hv1:slow preview', 'rehearse --fault beirut-hv1:slow', 'preview'],
  [
    '--inventory a rehearse --inventory=b preview --inventory c',
    '--inventory a rehearse --inventory=b',
    'preview --inventory c',
  ],
  ['rehearse --help', 'rehearse --help', ''],
  ['preview rehearse --yes', 'preview rehearse --yes', ''],
])('%s: what is read as ours is "%s"', (line, ours, theirs) => {
  expect(cut(line)).toEqual([ours, theirs])
  expect(opened(sealed(line.split(' '))).join(' ')).toBe(line)
})
