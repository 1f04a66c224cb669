import { describe, expect, test } from 'vitest'
import type { Rollout } from '../domain/rollout.ts'
import { formatComplaint, formatComplaints } from './complaint.ts'
import { loadInventory } from './load.ts'
import { writeInventory } from './small-inventory.ts'

const written = (text: string, more: Readonly<Record<string, string>> = {}) =>
  writeInventory({ 'rollouts/spring-mail.yaml': text, ...more })

function rollout(text: string, more: Readonly<Record<string, string>> = {}): Rollout {
  using inventory = written(text, more)
  const loaded = loadInventory(inventory.folder)
  if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
  return loaded.value.rollouts.get('spring-mail')!
}

function complaints(text: string): readonly string[] {
  using inventory = written(text)
  const loaded = loadInventory(inventory.folder)
  return loaded.ok ? [] : loaded.error.map(formatComplaint)
}

const head = `id: spring-mail
description: Mail for all
program: mission
`

describe('rollouts/*.yaml', () => {
  test('means sites by id and selector, in the order of the register, and has no rules where none are written', () => {
    const { sites, rules, program } = rollout(`${head}sites: [bern, 'link=satellite']\n`)
    expect([program, sites]).toEqual(['mission', ['beirut', 'bern']])
    expect(rules.get('beirut')).toEqual([])
  })

  test('has its windows on the clock of each site, whose weekend and days off they follow', () => {
    const { rules } = rollout(
      `${head}sites: [beirut, riyadh]\nwindows: [{ days: weekdays, from: '22:00', to: '05:00' }]\n`,
      { 'holidays.csv': 'of,date,name,source\nLB,2026-11-22,Independence Day,public\n' },
    )
    expect(rules.get('beirut')).toEqual([
      {
        of: 'rollout spring-mail',
        timeZone: 'Asia/Beirut',
        windows: [
          {
            days: ['mon', 'tue', 'wed', 'thu', 'fri'],
            fromMinute: 1320,
            toMinute: 300,
            onHoliday: 'never',
          },
        ],
        holidays: [{ date: '2026-11-22', name: 'Independence Day' }],
      },
    ])
    expect(rules.get('riyadh')).toMatchObject([
      { timeZone: 'Asia/Riyadh', windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'sun'] }] },
    ])
  })

  test('has its windows and each of its blackouts by a clock of its own where that is said', () => {
    const { rules } = rollout(`${head}sites: [beirut]
timeZone: Europe/Copenhagen
windows: [{ days: [sat], from: '08:00', to: '16:00' }]
blackouts:
  - { from: '2026-12-18T00:00', to: '2027-01-04T00:00', because: Year end }
  - { from: '2026-11-24T18:00', to: '2026-11-25T02:00', because: Launch, timeZone: America/New_York }
`)
    const of = 'rollout spring-mail'
    expect(rules.get('beirut')).toEqual([
      {
        of,
        timeZone: 'Europe/Copenhagen',
        windows: [{ days: ['sat'], fromMinute: 480, toMinute: 960 }],
        blackouts: [{ from: '2026-12-18T00:00', to: '2027-01-04T00:00', because: 'Year end' }],
      },
      {
        of,
        timeZone: 'America/New_York',
        windows: [],
        blackouts: [{ from: '2026-11-24T18:00', to: '2026-11-25T02:00', because: 'Launch' }],
      },
    ])
  })

  test('with mistakes is told with line and column, all at once', () => {
    expect(
      complaints(`id: autumn-mail
descripton: Mail for all
program: mission
sites: [beirutt]
timeZone: Europe/Copenhagn
windows: [{ days: weekdays, from: '22:00', to: '05:00' }]
blackouts: [{ from: '2026-12-18T00:00', to: '2027-02-30T00:00', because: x }]
`),
    ).toEqual([
      'rollouts/spring-mail.yaml:2:1: descripton: expected a known key, got "descripton". Did you mean "description"?',
      'rollouts/spring-mail.yaml:5:11: timeZone: expected an IANA time zone, got "Europe/Copenhagn". Did you mean "Europe/Copenhagen"?',
      "rollouts/spring-mail.yaml:7:45: blackouts.0.to: expected a date and time such as 2026-12-20T18:00, got \"'2027-02-30T00:00'\". Write '2026-12-20T18:00', for example.",
    ])
    expect(
      complaints(
        `${head.replace('spring', 'autumn')}sites: [beirutt]\ntimeZone: Europe/Copenhagen\nblackouts: [{ from: '2026-12-18T00:00', to: '2026-12-18T00:00', because: x }]\n`,
      ),
    ).toEqual([
      'rollouts/spring-mail.yaml:6:45: blackouts.0.to: expected an end after 2026-12-18T00:00, got "\'2026-12-18T00:00\'". Correct one of them.',
    ])
    expect(complaints(`${head.replace('spring', 'autumn')}sites: [beirutt]\n`)).toEqual([
      'rollouts/spring-mail.yaml:1:5: id: expected the file’s name, spring-mail, got "autumn-mail". Write spring-mail, or rename the file.',
      'rollouts/spring-mail.yaml:4:9: sites.0: expected a selector that means some site, got "beirutt". Expected the id of a site, got "beirutt". Did you mean "beirut"?',
    ])
  })

  test('of weekdays by a clock of its own are refused: weekends differ', () => {
    expect(
      complaints(
        `${head}sites: [beirut]\ntimeZone: Europe/Copenhagen\nwindows: [{ days: weekdays, from: '22:00', to: '05:00' }]\n`,
      ),
    ).toEqual([
      'rollouts/spring-mail.yaml:6:19: windows.0.days: expected days by name beside timeZone, for weekends differ from site to site, got "weekdays". Write [mon, tue, wed, thu, fri], or leave timeZone out.',
    ])
  })
})
