import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import { readJournal } from '../../lib/cli/history/journal.ts'
import { createInterrupts } from '../../lib/engine/interrupts.ts'
import { runCli } from '../rig/cli.ts'
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
/** A rollout of this program with these windows and blackouts, as written. */
const rollout = (folder: string, rest: string, program = 'mission'): void => {
  mkdirSync(join(folder, 'rollouts'), { recursive: true })
  writeFileSync(
    join(folder, 'rollouts', 'spring-mail.yaml'),
    `id: spring-mail\ndescription: Mail for some\nprogram: ${program}\nsites: [nairobi, beirut]\n${rest}`,
  )
}
const host = () => rig.lab.host('nairobi-hv1')
const written = () => textOf(host(), 'C:\\Notes\\0.txt')

describe('a site outside its window', { timeout: 180_000 }, () => {
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
    // A preview says so before anybody is asked.
    const preview = await rig.run('preview', { program: rig.program('files', filesProgram(3, 'text')) })
    expect(preview.previews[0]!.waits).toMatchObject({
      outcome: 'deferred',
      fitsAt: Temporal.ZonedDateTime.from('2026-11-24T20:00[Africa/Nairobi]').epochMilliseconds,
    })
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

describe('a site as part of a rollout', { timeout: 180_000 }, () => {
  test('is open only while the site and the rollout both are; what holds it is told, and so is when it fits', async () => {
    rig = await startRig({
      sites: ['nairobi'],
      clock: from('2026-11-24T20:30[Africa/Nairobi]'),
      inventory: (folder) => {
        nights(folder)
        // 21:00 to 23:00 in Copenhagen is 23:00 to 01:00 in Nairobi.
        rollout(folder, `timeZone: Europe/Copenhagen\nwindows: [{ from: '21:00', to: '23:00' }]\n`)
      },
    })
    const program = rig.program('files', filesProgram(3, 'text'))
    const { sites, previews } = await rig.run('up', { program, rollout: 'spring-mail' })
    expect(sites[0]).toMatchObject({
      outcome: 'deferred',
      because: expect.stringContaining(
        'the window of rollout spring-mail is closed; it fits at 2026-11-24 23:00 Africa/Nairobi',
      ) as string,
    })
    expect(previews[0]!.waits?.because).toContain('the window of rollout spring-mail is closed')
    expect(written()).toBe(undefined)
    // Without the rollout only the site's own window holds.
    expect((await rig.run('up', { program })).sites[0]!.outcome).toBe('done')
  })

  test('on the command line: its sites and no others, its program, its blackout by name; a saved plan stays part of it', async () => {
    rig = await startRig({ sites: ['nairobi'] })
    const program = rig.program('files', filesProgram(3, 'text'))
    const around = (days: number): string =>
      Temporal.Now.plainDateTimeISO('Africa/Nairobi').add({ days }).toString({ smallestUnit: 'minute' })
    const inventory = join(rig.folder, 'inventories', 'ministry')
    const freeze = `blackouts: [{ from: '${around(-1)}', to: '${around(1)}', because: Launch of the visa system }]\n`
    rollout(inventory, freeze, program)
    const cli = (...args: readonly string[]) => runCli(args, { cwd: rig.folder })
    const part = ['--rollout', 'spring-mail']

    const stray = await cli('up', 'accra', ...part, '--yes')
    expect([stray.code, stray.stderr]).toEqual([
      2,
      expect.stringContaining('site: expected sites of rollout spring-mail (beirut, nairobi), got accra.'),
    ])
    const unknown = await cli('preview', '--rollout', 'spring-mial')
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('Did you mean "spring-mail"?'),
    ])
    const other = await cli('up', 'nairobi', ...part, '--program', 'mission', '--yes')
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('which rollout spring-mail brings'),
    ])

    const saved = await cli('preview', 'nairobi', ...part, '--save', 'spring.plan')
    expect([saved.code, saved.stdout]).toEqual([
      0,
      expect.stringContaining('blackout of rollout spring-mail: Launch of the visa system'),
    ])
    const held = await cli('up', '--plan', 'spring.plan', '--yes')
    expect([held.code, held.stderr]).toEqual([3, expect.stringContaining(', part of rollout spring-mail.')])
    expect(held.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'blackout of rollout spring-mail: Launch of the visa system; it fits at',
    )
    expect(written()).toBe(undefined)

    const shown = await cli('links', ...part)
    expect(shown.stdout).toContain('closed (blackout of rollout: Launch of the visa system)')
    expect(shown.stdout).toMatch(/^nairobi /m)
    expect(shown.stdout).not.toContain('accra')

    // What was approved rests on the rollout's rules too.
    rollout(inventory, '', program)
    const changed = await cli('up', '--plan', 'spring.plan', '--yes')
    expect([changed.code, changed.stdout]).toEqual([1, expect.stringContaining('rollout spring-mail')])
    const done = await cli('up', 'nairobi', ...part, '--yes')
    expect([done.code, written()]).toEqual([0, 'text 0'])
  })
})
