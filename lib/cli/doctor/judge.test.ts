import { describe, expect, it } from 'vitest'
import type { Failure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/json.ts'
import { err, ok } from '../../domain/result.ts'
import type { Findings, Probe, Session } from './check.ts'
import { judge, worst } from './judge.ts'

const now = Date.UTC(2026, 10, 24, 6)
const seen = (value: JsonObject | null): Probe => ({ state: 'seen', seen: value })
const failed = (fqid: string): Probe => ({ state: 'error', fqid, message: 'it says no' })

const healthy: Session['probes'] = {
  clock: seen({ time: '2026-11-24T06:00:00.000Z' }),
  rights: seen({ account: 'BEIRUT-HV1\\chancery', administrator: true }),
  disk: seen({ drive: 'C:', size: 500 * 1024 ** 3, free: 200 * 1024 ** 3 }),
  session: seen({ address: '10.64.0.10', adapter: 'Ethernet' }),
  feature: seen({ name: 'Hyper-V', installState: 'Installed' }),
  hyperv: seen({ virtualMachinePath: 'C:\\vm' }),
  'no-such-file': failed('PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand'),
  'no-such-service': failed('NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand'),
  'no-such-machine': failed('InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM'),
}

const findings = (probes: Session['probes'] = {}, session: Partial<Session> = {}): Findings => ({
  host: 'beirut-hv1',
  from: 'ministry file:///state',
  account: 'chancery',
  declaredRttMs: 600,
  exchange: ok({
    probes: { ...healthy, ...probes },
    powershell: '5.1.20348.2849',
    rttMs: 612,
    askedAt: now,
    managed: null,
    noise: [],
    ...session,
  }),
})
const without = (failure: Failure): Findings => ({ ...findings(), exchange: err(failure) })
/** Name to verdict of everything that is not fine. */
const troubles = (of: Findings) =>
  Object.fromEntries(judge(of).flatMap(({ name, verdict }) => (verdict === 'ok' ? [] : [[name, verdict]])))

describe('the doctor', () => {
  it('finds nothing to repair on a healthy host', () => {
    expect(troubles(findings())).toEqual({})
    expect(worst(judge(findings()))).toBe('ok')
  })

  it('says from where a host is managed, and what to do where that is not here', () => {
    const managed = (of: Session['managed']) =>
      judge(findings({}, { managed: of })).find(({ name }) => name === 'managed from')
    expect(managed(null)).toMatchObject({ verdict: 'ok', found: 'nowhere yet' })
    const record = { from: 'ministry file:///state', by: 'anna on ops1', since: '2026-11-24 08:00:00.000' }
    expect(managed(record)).toMatchObject({
      verdict: 'ok',
      found: 'ministry file:///state, since 2026-11-24 08:00:00.000, last by anna on ops1',
    })
    const other = managed({ ...record, from: 'other postgres://db/state', because: 'moved' })
    expect(other).toMatchObject({ verdict: 'fail' })
    expect(other?.found).toContain('other postgres://db/state')
    expect(other?.found).toContain('taken over: moved')
    expect(other?.fix).toContain('chancery takeover')
    expect(managed({})).toMatchObject({ verdict: 'fail' })
  })

  it('says where leases lie, and warns of a host that was managed under those of another store', () => {
    const leases = { where: '/var/leases.sqlite, of this machine alone', store: 'ours' }
    const judged = (of: Session['managed']) =>
      judge({ ...findings({}, { managed: of }), leases }).find(({ name }) => name === 'leases')
    expect(judged(null)).toMatchObject({ verdict: 'ok', found: leases.where })
    const record = { from: 'ministry file:///state', tokens: { ours: 7 } }
    expect(judged(record)).toMatchObject({ verdict: 'ok' })
    const two = judged({ ...record, tokens: { ours: 7, theirs: 3 } })
    expect(two).toMatchObject({
      verdict: 'warn',
      fix: expect.stringContaining('name one database') as string,
    })
    expect(two?.found).toContain('leases of another store')
    // Of a host that is managed from elsewhere nothing is ours to judge.
    expect(judged({ ...record, from: 'other', tokens: { theirs: 3 } })).toMatchObject({ verdict: 'ok' })
    expect(judge(findings()).some(({ name }) => name === 'leases')).toBe(false)
  })

  it('names the stage at which a connection failed, and what passed before', () => {
    const verdicts = (failure: Failure) =>
      judge(without(failure)).map(({ name, verdict }) => `${name} ${verdict}`)
    const host = 'beirut-hv1'
    expect(verdicts({ kind: 'unreachable', host, detail: 'refused' })).toEqual(['connection fail'])
    expect(verdicts({ kind: 'host-key', host, expected: 'a', got: 'b' })).toEqual([
      'connection ok',
      'host key fail',
    ])
    expect(verdicts({ kind: 'login', host, account: 'chancery', detail: 'denied' })).toEqual([
      'connection ok',
      'host key ok',
      'login fail',
    ])
    expect(verdicts({ kind: 'leases', host, detail: 'leases in postgres://db: …' })).toEqual(['link fail'])
    expect(verdicts({ kind: 'protocol', host, detail: 'banner' })).toEqual(['connection ok', 'worker fail'])
  })

  it('says that a key file is missing instead of blaming the host', () => {
    expect(troubles({ ...findings(), missingKey: '/keys/id' })).toEqual({ 'key file': 'fail' })
  })

  it('has a repair for everything that is not fine', () => {
    const sick = findings(
      {
        clock: seen({ time: '2026-11-24T05:00:00.000Z' }),
        rights: seen({ account: 'x', administrator: false }),
        disk: seen({ drive: 'C:', size: 1024 ** 4, free: 1024 ** 2 }),
        session: seen(null),
        feature: failed('CommandNotFoundException'),
        hyperv: failed('CommandNotFoundException'),
        'no-such-file': seen({ name: 'x' }),
        'no-such-service': failed('SomethingElse'),
        'no-such-machine': failed('ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM'),
      },
      { powershell: '4.0', rttMs: 2000, noise: ['Welcome!'] },
    )
    expect(troubles(sick)).toEqual({
      'round trip': 'warn',
      PowerShell: 'fail',
      clock: 'fail',
      rights: 'fail',
      disk: 'fail',
      session: 'fail',
      ServerManager: 'fail',
      'Hyper-V': 'warn',
      'a missing file': 'fail',
      'a missing service': 'fail',
      'a missing machine': 'fail',
      'stray output': 'warn',
    })
    for (const { verdict, fix } of judge(sick)) if (verdict !== 'ok') expect(fix).not.toBe('')
  })

  it('takes a host without Hyper-V for one that can do the rest', () => {
    const bare = findings({
      feature: seen({ name: 'Hyper-V', installState: 'Available' }),
      hyperv: failed('CommandNotFoundException'),
      'no-such-machine': failed('CommandNotFoundException'),
    })
    expect(troubles(bare)).toEqual({ 'Hyper-V': 'warn' })
  })

  it('tells a feature that waits for a restart from one that is not there', () => {
    const pending = judge(
      findings({
        feature: seen({ name: 'Hyper-V', installState: 'InstallPending' }),
        hyperv: failed('CommandNotFoundException'),
        'no-such-machine': failed('CommandNotFoundException'),
      }),
    )
    expect(pending.find(({ name }) => name === 'Hyper-V')?.fix).toBe('chancery restart <site>')
  })

  it('does not take for good what could not be asked', () => {
    expect(troubles(findings({ rights: failed('TypeNotFound'), disk: { state: 'silent' } }))).toEqual({
      rights: 'fail',
      disk: 'fail',
    })
  })

  it('judges the clock by how far it is from ours, either way', () => {
    const at = (askedAt: number) => troubles(findings({}, { askedAt }))
    expect(at(now + 4_000)).toEqual({})
    expect(at(now - 60_000)).toEqual({ clock: 'warn' })
    expect(at(now + 400_000)).toEqual({ clock: 'fail' })
  })
})
