import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { Event } from '../../domain/event.ts'
import { ok } from '../../domain/result.ts'
import { openBoard } from '../../link/board.ts'
import { openLeaseStore } from '../../link/lease-store.ts'
import { beirut } from '../view/sample.test-rig.ts'
import { boardFile, leaseFile, linkFolder } from './machine-folder.ts'
import { openLinks } from './open-links.ts'

const always = {
  days: [
    'mon' as const,
    'tue' as const,
    'wed' as const,
    'thu' as const,
    'fri' as const,
    'sat' as const,
    'sun' as const,
  ],
  fromMinute: 0,
  toMinute: 1440,
  kbitPerS: 480,
}

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'chancery-machine-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const agency = { organisation: 'agency', stateBackend: 'postgres://db.example/state' }
const at = (estate: typeof agency, env: { readonly [name: string]: string }): string => {
  const found = linkFolder(estate, env)
  if (!found.ok) throw new Error(found.error)
  return found.value
}

describe('the folder of this machine’s links', () => {
  test('is where the machine keeps what outlives a run, or where the variable says', () => {
    const name = at(agency, { HOME: '/home/anna' }).slice('/home/anna/.local/state/chancery/'.length)
    expect(name).toMatch(/^agency-[0-9a-f]{12}$/)
    expect(at(agency, { HOME: '/home/anna', XDG_STATE_HOME: '/states' })).toBe(`/states/chancery/${name}`)
    expect(at(agency, { HOME: '/home/anna', XDG_STATE_HOME: 'states' })).toContain('/home/anna/')
    expect(at(agency, { HOME: '/home/anna', CHANCERY_MACHINE_FOLDER: '/shared' })).toBe(`/shared/${name}`)
  })

  test('is one for an organisation and state, whatever account and password reach the state, and for no others', () => {
    const env = { HOME: '/home/anna' }
    const withPassword = 'postgres://anna:geheim@db.example/state?sslmode=require'
    expect(at({ ...agency, stateBackend: withPassword }, env)).toBe(at(agency, env))
    expect(at({ ...agency, stateBackend: 'file:///srv/rehearsal/state' }, env)).not.toBe(at(agency, env))
    expect(at({ ...agency, organisation: 'ministry' }, env)).not.toBe(at(agency, env))
  })

  test.each([
    [{}, 'expected CHANCERY_MACHINE_FOLDER, XDG_STATE_HOME or HOME to name a folder, none does'],
    [
      { CHANCERY_MACHINE_FOLDER: 'here' },
      'CHANCERY_MACHINE_FOLDER: expected a path from the root, got "here"',
    ],
  ])('%j: is told as missing, never guessed', (env, error) => {
    expect(linkFolder(agency, env)).toEqual({ ok: false, error })
  })

  test('may be used by every account of a group that may write the folder above, else by its own account alone', () => {
    const rights = (path: string): string => (statSync(path).mode & 0o7777).toString(8)
    for (const [mode, folderRights, fileRights] of [
      [0o2770, '2770', '660'],
      [0o755, '700', '600'],
    ] as const) {
      const machine = join(folder, mode.toString(8))
      mkdirSync(machine)
      chmodSync(machine, mode)
      const links = at(agency, { CHANCERY_MACHINE_FOLDER: machine })
      openBoard(boardFile(links)).close()
      const store = openLeaseStore(leaseFile(links))
      expect([rights(links), rights(boardFile(links)), rights(leaseFile(links))]).toEqual([
        folderRights,
        fileRights,
        fileRights,
      ])
      expect(rights(`${leaseFile(links)}-wal`)).toBe(fileRights)
      void store.close()
    }
  })
})

describe('links whose shared facts can’t be kept', () => {
  const openIn = (links: Parameters<typeof openLinks>[0]['folder']): readonly Event[] => {
    const events: Event[] = []
    const opened = openLinks({
      sites: [{ ...beirut, link: { ...beirut.link, budget: [always] } }],
      clock: systemClock,
      emit: (event) => events.push(event),
      folder: links,
      lease: () => Promise.reject(new Error('not asked for')),
      leave: { anytime: false, onBackup: false },
      switched: () => undefined,
    })
    opened.link(beirut.id)
    opened.close()
    return events
  }

  test('say so once, with the file and what is not known', () => {
    const file = boardFile(folder)
    writeFileSync(file, 'no database '.repeat(1000))
    expect(openIn(ok(folder))).toEqual([
      {
        kind: 'line',
        link: 'beirut',
        state: 'alone',
        because: `${file}: file is not a database. What other processes say of this link (live video, the line in use) is not known here, nor do they hear of this one`,
      },
    ])
  })

  test('say so where there is no folder for them', () => {
    expect(openIn(linkFolder(agency, {}))).toMatchObject([
      {
        state: 'alone',
        because: expect.stringMatching(/^links of this machine: expected CHANCERY_MACHINE_FOLDER/) as string,
      },
    ])
  })

  test('say nothing where they can', () => {
    expect(openIn(ok(folder))).toEqual([])
  })
})
