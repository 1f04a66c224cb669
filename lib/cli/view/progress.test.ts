import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../domain/clock.ts'
import type { Event } from '../../domain/event.ts'
import { createOutput } from '../output.ts'
import { progressFor } from './index.ts'
import { createProgress, jsonProgress } from './progress.ts'
import { advance, startProgress } from './progress-state.ts'
import { liveText } from './progress-text.ts'
import { beirut, nairobi, sampleSite } from './sample.test-rig.ts'

const sites = [beirut, nairobi]
const story: readonly Event[] = [
  { kind: 'link', host: 'beirut-hv1', state: 'connecting' },
  { kind: 'link', host: 'beirut-hv1', state: 'connected' },
  { kind: 'step', host: 'beirut-hv1', resource: 'File c:\\a', step: 'write', state: 'started' },
  { kind: 'exchange', host: 'beirut-hv1', bytesUp: 5000, bytesDown: 700, ms: 650 },
  { kind: 'resource', host: 'beirut-hv1', resource: 'File c:\\a', result: 'done' },
  { kind: 'resource', host: 'beirut-hv1', resource: 'File c:\\b', result: 'same' },
  {
    kind: 'resource',
    host: 'nairobi-hv1',
    resource: 'File c:\\c',
    result: { kind: 'interrupted', host: 'nairobi-hv1' },
  },
  { kind: 'link', host: 'beirut-hv1', state: 'closed', detail: 'idle' },
  { kind: 'site', site: 'nairobi', outcome: 'unreachable', because: 'connection refused' },
  { kind: 'site', site: 'beirut', outcome: 'done' },
]

/** A stream that keeps what was written, and a clock whose time passes by hand. */
function rig(terminal?: { readonly columns: number }) {
  let text = ''
  let now = Date.UTC(2026, 10, 24, 5, 52, 3)
  const sleepers: ((ran: boolean) => void)[] = []
  const clock: Clock = {
    now: () => now,
    sleep: (_ms, abort) =>
      new Promise((resolve) => {
        sleepers.push(resolve)
        abort?.addEventListener('abort', () => resolve(false))
      }),
  }
  const stream = {
    write: (chunk: string) => {
      text += chunk
      return true
    },
    ...(terminal === undefined ? {} : { isTTY: true, columns: terminal.columns }),
  }
  return {
    stream,
    clock,
    text: () => text,
    pass: (ms: number) => (now += ms),
    wake: async () => {
      for (const resolve of sleepers.splice(0)) resolve(true)
      await Promise.resolve()
      await Promise.resolve()
    },
  }
}

/** What a terminal shows after these writes; knows the two sequences that the view uses. */
function screen(written: string): readonly string[] {
  let lines = ['']
  for (const part of written.split(/(\x1b\[\d+A\x1b\[0J|\n)/)) {
    const up = /^\x1b\[(\d+)A/.exec(part)?.[1]
    if (up !== undefined) lines = [...lines.slice(0, lines.length - 1 - Number(up)), '']
    else if (part === '\n') lines.push('')
    else lines[lines.length - 1] += part
  }
  return lines.slice(0, -1)
}

describe('progress', () => {
  it('is one plain line an event with its time where there is no terminal', () => {
    const { stream, clock, text } = rig()
    const progress = createProgress({ stream, clock, sites, color: false })
    for (const event of story) progress.emit(event)
    progress.close()
    expect(text()).toBe(
      [
        '05:52:03Z beirut  beirut-hv1 connected',
        '05:52:03Z beirut  beirut-hv1 File c:\\a done',
        '05:52:03Z nairobi  unreachable: connection refused',
        '05:52:03Z beirut  done',
        '',
      ].join('\n'),
    )
  })

  it('writes what was said in several lines as one in a log, and as several that fit on a terminal', () => {
    const because = 'Stack mission.beirut is in use; nothing was done.\n  Held by anna on ops1.\nWait.'
    const event: Event = { kind: 'site', site: 'beirut', outcome: 'failed', because }
    const log = rig()
    createProgress({ ...log, sites, color: false }).emit(event)
    expect(log.text()).toBe(
      '05:52:03Z beirut  failed: Stack mission.beirut is in use; nothing was done. Held by anna on ops1. Wait.\n',
    )
    const terminal = rig({ columns: 40 })
    const progress = createProgress({ ...terminal, sites, color: false })
    progress.emit(event)
    progress.close()
    expect(screen(terminal.text())).toEqual([
      'beirut  failed: Stack mission.beirut',
      '  is in use; nothing was done.',
      '  Held by anna on ops1.',
      '  Wait.',
    ])
  })

  it('takes a terminal that does not know its width for one of any width', () => {
    const { stream, clock, text } = rig({ columns: 0 })
    expect(
      createOutput({ stdout: stream, stderr: stream, env: {} }, { json: false, quiet: false }).width,
    ).toBe(undefined)
    const progress = createProgress({ stream, clock, sites, color: false })
    for (const event of story) progress.emit(event)
    progress.close()
    expect(text()).toContain('2 sites · 0 s')
  })

  it('redraws nothing on a terminal that can’t', () => {
    const { stream, clock, text } = rig({ columns: 100 })
    const at = { stdout: stream, stderr: stream, env: { TERM: 'dumb' } }
    const output = createOutput(at, { json: false, quiet: false })
    const progress = progressFor({ ...at, output }, [sampleSite('beirut', beirut.link)], clock)
    for (const event of story) progress.emit(event)
    progress.close()
    expect(text()).not.toContain('\x1b')
  })

  it('redraws a few lines on a terminal and leaves only what matters later', () => {
    const { stream, clock, text, pass } = rig({ columns: 100 })
    const progress = createProgress({ stream, clock, sites, color: false })
    for (const event of story.slice(0, 4)) {
      pass(200)
      progress.emit(event)
    }
    expect(screen(text())).toEqual([
      '2 sites · 0.8 s · 2 open · 4.9 KB up · 700 B down',
      '  beirut  File c:\\a: write',
    ])
    for (const event of story.slice(4)) progress.emit(event)
    progress.close()
    expect(screen(text())).toEqual(['nairobi  unreachable: connection refused', 'beirut  done'])
  })

  it('redraws no more often than ten times a second, however many events come', () => {
    const { stream, clock, text } = rig({ columns: 100 })
    const progress = createProgress({ stream, clock, sites, color: false })
    for (let i = 0; i < 1000; i++) progress.emit(story[3]!)
    expect(text().split('\n').length).toBeLessThan(5)
    progress.close()
  })

  it('lets time be seen to pass while nothing happens', async () => {
    const { stream, clock, text, pass, wake } = rig({ columns: 100 })
    const progress = createProgress({ stream, clock, sites, color: false })
    progress.emit(story[1]!)
    pass(61_000)
    await wake()
    expect(screen(text())[0]).toContain('1 min 01 s')
    progress.close()
  })

  it('leaves the terminal to a question until the next event', async () => {
    const { stream, clock, text, wake } = rig({ columns: 100 })
    const progress = createProgress({ stream, clock, sites, color: false })
    progress.emit(story[1]!)
    progress.pause()
    await wake()
    expect(screen(text())).toEqual([])
    progress.close()
  })

  it.each([20, 60])('never writes a line as wide as a terminal of %i columns', (columns) => {
    const many = Array.from({ length: 107 }, (_, n) => sampleSite(`site-with-a-long-name-${n}`, beirut.link))
    const state = many.reduce(
      (s, { hosts }) =>
        advance(s, { kind: 'link', host: hosts[0]!.id, state: 'retrying', detail: 'x'.repeat(80) }),
      startProgress(many),
    )
    const lines = liveText(state, { width: columns - 1, rows: 8, elapsedMs: 1000 })
    expect(lines.length).toBe(10)
    for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns)
  })

  it('is JSON lines for a program', () => {
    const { stream, clock, text } = rig()
    const progress = jsonProgress(stream, clock)
    progress.emit(story.at(-1)!)
    expect(JSON.parse(text())).toEqual({
      time: '2026-11-24T05:52:03.000Z',
      kind: 'site',
      site: 'beirut',
      outcome: 'done',
    })
  })
})
