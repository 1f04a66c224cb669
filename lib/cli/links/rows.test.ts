import { expect, test } from 'vitest'
import type { Link, Site } from '../../domain/site.ts'
import { openBoard } from '../../link/board.ts'
import { createLink } from '../../link/link.ts'
import { ManualClock } from '../../link/manual-clock.ts'
import { thisProcess } from '../../link/this-process.ts'
import { beirut } from '../view/sample.test-rig.ts'
import { linkRows } from './rows.ts'
import { linksText } from './view.ts'

const holdMs = 300_000
const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const budget = [{ days: week, fromMinute: 0, toMinute: 1440, kbitPerS: 128 }]
const link: Link = {
  ...beirut.link,
  budget,
  backup: {
    ...{ medium: 'satellite', kbitPerS: 256, rttMs: 620, budget, hosts: {} },
    probe: {
      ...{ address: '127.0.0.1', port: 22, expect: 'banner' },
      ...{ everyMs: 10_000, timeoutMs: 5_000, failures: 3, goodMs: 120_000, holdMs },
    },
    largeBytes: 1_000_000,
  },
}
const site: Site = { ...beirut, link }

test('the line that carried when nobody has probed for long is not said to carry', () => {
  const board = openBoard(':memory:')
  try {
    const state = { line: 'backup' as const, good: 0, probes: 3, holds: 1 }
    board.put('line', 'beirut', { state, because: 'the primary line does not carry', since: 0 }, 0)
    const lineAt = (now: number) => linkRows([site], board, now)[0]!.line
    expect([lineAt(holdMs), lineAt(holdMs + 1)]).toEqual(['backup', 'primary'])
  } finally {
    board.close()
  }
})

test('a content that waits is shown with why, until it goes on', () => {
  const board = openBoard(':memory:')
  const clock = new ManualClock(0)
  const open = createLink({ link, clock, emit: () => undefined, random: () => 0.5 })
  const me = thisProcess()
  const shown = (): string => {
    const self = { pid: me.pid, started: me.started, place: me.place, by: 'ann@desk', command: 'push' }
    board.put('process', 'beirut', { ...self, state: JSON.parse(JSON.stringify(open.state())) as unknown }, 0)
    return linksText(linkRows([site], board, 0), 0, undefined)
  }
  try {
    open.holds('agent.msi to beirut-hv1', 'rule large-waits-for-primary: 1.6 MB or more are left to send')
    expect(shown()).toContain(
      '  agent.msi to beirut-hv1 waits: rule large-waits-for-primary: 1.6 MB or more are left to send',
    )
    open.holds('agent.msi to beirut-hv1', undefined)
    expect(shown()).not.toContain('agent.msi')
  } finally {
    board.close()
  }
})
