import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import { readJournal } from '../../lib/cli/history/journal.ts'
import { createInterrupts } from '../../lib/engine/interrupts.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'
import { Temporal } from 'temporal-polyfill'

let rig: Rig
afterEach(() => rig.close())

/** Time that passes as the machine's, from an instant on. */
const from = (text: string): Clock => {
  const shift = Temporal.ZonedDateTime.from(text).epochMilliseconds - Date.now()
  return { now: () => systemClock.now() + shift, sleep: systemClock.sleep }
}

/** All links work at night, on weekdays; holidays are no weekdays. */
const nights = (folder: string): void => {
  const file = join(folder, 'organisation.yaml')
  const text = readFileSync(file, 'utf8')
  const found = text.indexOf('    windows: []')
  if (found < 0) throw new Error('organisation.yaml has other windows')
  writeFileSync(
    file,
    text.replaceAll(
      '    windows: []',
      "    windows:\n      - { days: weekdays, from: '20:00', to: '05:00' }",
    ),
  )
}
const blackout = (folder: string): void => {
  nights(folder)
  appendFileSync(
    join(folder, 'blackouts.yaml'),
    "  - { sites: [nairobi], from: '2026-11-24T18:00', to: '2026-11-25T02:00', because: Elections }\n",
  )
}
const host = () => rig.lab.host('nairobi-hv1')
const written = () => textOf(host(), 'C:\\Notes\\0.txt')

describe('a site outside its window', () => {
  test('is deferred as a whole before anything starts, with the instant at which it fits; nothing was written', async () => {
    rig = await startRig({
      sites: ['nairobi'],
      clock: from('2026-11-24T12:00[Africa/Nairobi]'),
      inventory: nights,
    })
    const { sites } = await rig.run('up', { program: rig.program('files', filesProgram(3, 'text')) })
    expect(sites[0]).toMatchObject({
      outcome: 'deferred',
      because: expect.stringMatching(
        /^the window is closed; it fits at 2026-11-24 20:00 Africa\/Nairobi( \(2026-11-24 \d\d:\d\d [\w/]+\))?\. Nothing was changed\. Run again then, or add --now --reason\.$/,
      ) as string,
    })
    expect(written()).toBe(undefined)
    expect(readJournal(join(rig.folder, '.chancery')).entries.at(-1)).toMatchObject({ outcome: 'deferred' })
  })

  test('runs with --now, and who did it, when and why is kept', async () => {
    rig = await startRig({
      sites: ['nairobi'],
      clock: from('2026-11-24T12:00[Africa/Nairobi]'),
      inventory: nights,
    })
    const { sites } = await rig.run('up', {
      program: rig.program('files', filesProgram(3, 'text')),
      leave: { reason: 'mail is down', onBackup: false },
      interrupts: createInterrupts(),
    })
    expect(sites[0]).toMatchObject({ outcome: 'done' })
    expect(written()).toBe('text 0')
    const { entries } = readJournal(join(rig.folder, '.chancery'))
    expect(entries.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['started', 'mail is down'],
      ['done', 'mail is down'],
    ])
    expect(entries[0]).toMatchObject({ by: expect.stringContaining('@') as string })
  })

  test('waits for the end of a blackout inside the night, and says its reason', async () => {
    rig = await startRig({
      sites: ['nairobi'],
      clock: from('2026-11-24T21:00[Africa/Nairobi]'),
      inventory: blackout,
    })
    const { sites } = await rig.run('up', { program: rig.program('files', filesProgram(3, 'text')) })
    expect(sites[0]!.because).toContain('blackout: Elections; it fits at 2026-11-25 02:00 Africa/Nairobi')
    expect(written()).toBe(undefined)
  })

  test('starts when the plan fits what is left, and refreshes at any time', async () => {
    rig = await startRig({
      sites: ['nairobi'],
      clock: from('2026-11-24T21:00[Africa/Nairobi]'),
      inventory: nights,
    })
    const program = rig.program('files', filesProgram(3, 'text'))
    expect((await rig.run('up', { program })).sites[0]!.outcome).toBe('done')
    expect((await rig.run('refresh', { program })).sites[0]!.outcome).toBe('done')
  })
})
