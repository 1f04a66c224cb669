import { describe, expect, it } from 'vitest'
import { beirut } from '../view/sample.test-rig.ts'
import { noPaint } from '../view/paint.ts'
import type { DriftReport, ResourceDrift, SiteDrift, Verdict } from './types.ts'
import { watchDrift, watchMinutes } from './watch.ts'

const drifted: Verdict = {
  is: 'drifted',
  properties: [
    { property: 'status', secret: false, declared: 'running', found: 'stopped', because: 'status differs' },
  ],
}
const same: Verdict = { is: 'as-declared', because: 'as wanted' }
const unseen: Verdict = {
  is: 'unseen',
  failure: { kind: 'unreachable', host: 'h1', detail: 'timed out' },
}
const resource = (verdict: Verdict): ResourceDrift => ({
  host: 'h1',
  name: 'Service spooler',
  urn: 'u',
  verdict,
  accepted: [],
  ignored: [],
  since: new Map(),
})
const site = (verdict: Verdict, outcome: SiteDrift['outcome'] = 'done'): SiteDrift => ({
  site: beirut,
  at: 0,
  outcome,
  failures: [],
  resources: [resource(verdict)],
  commands: 0,
  applied: true,
})
const report = (...sites: SiteDrift[]): DriftReport => ({ at: 0, sites, interrupted: false })

/** Watches looks that are given one after the other; what it told after each, and how long it waited before. */
async function watching(looks: readonly DriftReport[]) {
  const told: { new: unknown[]; gone: unknown[]; text: string }[] = []
  const waits: number[] = []
  let at = 0
  const abort = new AbortController()
  await watchDrift({
    first: looks[0]!,
    looks: { look: async () => looks[(at += 1)]!, close: async () => {} },
    minutes: 15,
    output: {
      note: () => {},
      answer: (json, text) =>
        void told.push({ ...(json as { new: unknown[]; gone: unknown[] }), text: text() }),
    },
    view: { width: undefined, paint: noPaint },
    clock: {
      now: () => 0,
      sleep: async (ms) => {
        waits.push(ms)
        return at < looks.length - 1
      },
    },
    abort: abort.signal,
  })
  return { told, waits }
}

describe('watching for drift', () => {
  it('tells what is new and what is gone, and nothing while nothing changes', async () => {
    const { told, waits } = await watching([
      report(site(same)),
      report(site(same)),
      report(site(drifted)),
      report(site(drifted)),
      report(site(same)),
    ])
    expect(waits).toEqual(Array(5).fill(15 * 60_000))
    expect(told).toHaveLength(2)
    expect(told[0]?.text).toBe(
      '+ 1970-01-01 02:00 Asia/Beirut  beirut  h1 Service spooler status: declared running, found stopped',
    )
    expect(told[0]).toMatchObject({ new: [{ site: 'beirut', property: 'status' }], gone: [] })
    expect(told[1]).toMatchObject({ new: [], gone: [{ property: 'status' }] })
    expect(told[1]?.text).toMatch(/^- /)
  })

  it('does not call gone what can’t be seen, and tells once that a site is not reachable', async () => {
    const { told } = await watching([
      report(site(drifted)),
      report(site(unseen, 'unreachable')),
      report(site(unseen, 'unreachable')),
      report(site(drifted)),
    ])
    expect(told).toMatchObject([
      { new: [{ site: 'beirut', text: 'unreachable' }], gone: [] },
      { new: [], gone: [{ text: 'unreachable' }] },
    ])
  })

  it('ends at once when it is interrupted', async () => {
    const { told } = await watching([report(site(same)), { ...report(site(drifted)), interrupted: true }])
    expect(told).toEqual([])
  })
})

describe('--watch', () => {
  it('takes minutes, or fifteen where none are said', () => {
    expect([watchMinutes(undefined), watchMinutes(''), watchMinutes('60')]).toEqual([undefined, 15, 60])
    for (const wrong of ['-1', 'beirut', '1e9', 'NaN', '0x10'])
      expect(watchMinutes(wrong)).toContain(`got ${wrong}`)
    expect(watchMinutes('0')).toBe('--watch: expected minutes from 1 to 10080, got 0. Write --watch 15.')
  })
})
