import { expect, test } from 'vitest'
import type { Event } from '../../domain/event.ts'
import { advance, startProgress } from '../view/progress-state.ts'
import { liveText, logText } from '../view/progress-text.ts'

const sites = [{ id: 'beirut', hosts: [] }]
const after = (...events: readonly Event[]) => events.reduce(advance, startProgress(sites))
const breaker = {
  kind: 'breaker',
  link: 'beirut',
  state: 'open',
  because: 'beirut-hv1: no answer in 20 s; the next try in 4 s',
} as const
const backup = {
  kind: 'line',
  link: 'beirut',
  state: 'backup',
  because: 'the primary line does not carry (10.0.0.1:22: no answer in 5 s)',
} as const

test('a breaker that opens is a line of the log and of the progress view, with the reason and when it is tried again', () => {
  const state = after(breaker)
  expect(logText(state, breaker)).toBe(
    'beirut  breaker open: beirut-hv1: no answer in 20 s; the next try in 4 s',
  )
  expect(liveText(state, { width: 100, rows: 5, elapsedMs: 0 })[1]).toBe(
    '  beirut  pausing: beirut-hv1: no answer in 20 s; the next try in 4 s',
  )
})

test('another line, live video and bulk that waits are told likewise', () => {
  const state = after(backup)
  expect(logText(state, backup)).toBe(
    'beirut  backup: the primary line does not carry (10.0.0.1:22: no answer in 5 s)',
  )
  expect(liveText(state, { width: 100, rows: 5, elapsedMs: 0 })[1]).toContain('backup: the primary line')
})
