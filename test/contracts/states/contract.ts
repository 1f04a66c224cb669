import { expect, it } from 'vitest'
import type { Rig } from '../../rig/estate.ts'
import { textOf } from '../../rig/programs.ts'
import { inState, ofOrganisation, withBegun } from '../../rig/state-text.ts'

/** A backend under test. */
export type Backend = {
  readonly rig: Rig
  /** A program that declares the files `C:\Notes\0.txt` and `1.txt` at Nairobi as `note-0` and `note-1`. */
  readonly program: string
  /** The checkpoint of its stack, as the backend keeps it. */
  readonly read: () => string
  readonly write: (text: string) => void
}

/** What holds of a state wherever it lies. Each backend declares these in its own tests. */
export function stateScenes(backend: () => Backend): void {
  const host = () => backend().rig.lab.host('nairobi-hv1')

  it('a creation that a killed engine began ends with the run that makes the thing, or goes with what is removed', async () => {
    const { rig, program, read, write } = backend()
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    const whole = inState(read())
    write(withBegun(read(), 'note-1'))
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    expect([inState(read()), whole.begun]).toEqual([whole, 0])
    write(withBegun(read(), 'note-1'))
    expect((await rig.run('destroy', { program })).sites).toMatchObject([
      { outcome: 'done', changes: { delete: 2 } },
    ])
    expect(inState(read())).toEqual({ names: [], begun: 0 })
    expect(textOf(host(), 'C:\\Notes\\1.txt')).toBeUndefined()
  })

  it('a state of another organisation is refused by name, and no host is reached', async () => {
    const { rig, program, read, write } = backend()
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    const good = read()
    write(ofOrganisation(good, 'agency'))
    const { frames } = host().counters
    for (const operation of ['preview', 'up', 'destroy'] as const)
      expect((await rig.run(operation, { program })).sites).toMatchObject([
        { outcome: 'failed', because: expect.stringMatching(/agency/), failures: [] },
      ])
    expect(host().counters.frames).toBe(frames)
    write(good)
  })
}
