import { beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../provider/catalogue.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import { strangeLosses } from './named-losses.ts'

const urn = 'urn:pulumi:mission.beirut::chancery::chancery:windows:File::notes'

describe('names beside --allow-data-loss', () => {
  let catalogue: Catalogue
  beforeAll(async () => {
    catalogue = await loadCatalogue()
  })
  const file = (path: string) => ({
    type: 'chancery:windows:File',
    name: 'notes',
    inputs: { host: 'beirut-hv1', path, content: 'x' },
  })
  const runs = () => [
    { catalogue, declared: [file('C:\\Notes\\declared.txt')], recorded: [] },
    {
      catalogue,
      declared: [],
      recorded: [{ ...file('C:\\Notes\\recorded.txt'), urn, outputs: {}, protect: false }],
    },
  ]

  it.each([
    ['File c:\\notes\\declared.txt', 'declared by the program'],
    ['File c:\\notes\\recorded.txt', 'in the state alone'],
    [urn, 'a URN'],
  ])('take %s (%s)', (name) => {
    expect(strangeLosses([name], runs())).toBe(undefined)
  })

  it('take what was there when it was looked at last, and refuse it otherwise', () => {
    const gone = 'File c:\\notes\\gone.txt'
    expect(strangeLosses([gone], runs(), [gone])).toBe(undefined)
    expect(strangeLosses([gone], runs())).toContain(`got "${gone}"`)
  })

  it.each([
    ['File C:\\Notes\\Declared.txt', 'Did you mean "File c:\\notes\\declared.txt"?'],
    ['File c:\\notes\\recordde.txt', 'Did you mean "File c:\\notes\\recorded.txt"?'],
    ['recorded.txt', 'Did you mean "File c:\\notes\\recorded.txt"?'],
    ['notes', 'Did you mean "File c:\\notes\\declared.txt" or "File c:\\notes\\recorded.txt"?'],
    ['VirtualDisk z:\\x', 'Known: File c:\\notes\\declared.txt, File c:\\notes\\recorded.txt.'],
    ['', 'got "".'],
  ])('refuse %s, with what was probably meant', (name, told) => {
    const refused = strangeLosses(['File c:\\notes\\declared.txt', name], runs())
    expect(refused).toContain(`got "${name}". `)
    expect(refused).toContain(told)
    expect(refused).toContain('Nothing was changed.')
  })

  it('are all told at once', () => {
    expect(strangeLosses(['one', 'two'], runs())?.match(/--allow-data-loss/g)).toHaveLength(2)
  })

  it('are not judged while the program or the state of a site is not known', () => {
    expect(strangeLosses(['one'], [...runs(), { ...runs()[0]!, broken: 'it fails' }])).toBe(undefined)
  })
})
