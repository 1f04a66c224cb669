import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Observations } from '../../reconcile/look.ts'
import { keepObservations, lastObservations } from './observed.ts'

it('what was seen last is read back whole: whose it is, since when, whether it was there before, on which installation', () => {
  const owner = {
    organisation: 'o',
    backend: 'b',
    urn: 'u',
    operation: 'create',
    since: 1795509600,
    adopted: true,
  }
  const seen = { state: 'seen', hash: 'h', found: { a: 1 }, owner, machine: 'guid' } as const
  const gone = { state: 'seen', hash: 'absent', found: null, owner: null } as const
  const failure = { kind: 'unobservable', host: 'h', resource: 'r', because: 'x' } as const
  const folder = mkdtempSync(join(tmpdir(), 'chancery-observed-'))
  try {
    const all = Observations.from([
      ['h|one', seen],
      ['h|two', gone],
      ['h|three', { state: 'unobservable', failure }],
    ])
    keepObservations(folder, 7, all)
    const last = lastObservations(folder)
    expect([last?.at, last?.observations.entries()]).toEqual([
      7,
      [
        ['h|one', seen],
        ['h|two', gone],
      ],
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
