import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { kind as feature } from '../../lib/kinds/windows/feature/index.ts'
import { kind as file } from '../../lib/kinds/windows/file/index.ts'
import { kind as service } from '../../lib/kinds/windows/service/index.ts'
import { kind as server } from '../../lib/kinds/hyperv/host/index.ts'
import { kind as disk } from '../../lib/kinds/hyperv/virtual-disk/index.ts'
import { kind as machine } from '../../lib/kinds/hyperv/virtual-machine/index.ts'
import { kind as network } from '../../lib/kinds/hyperv/virtual-switch/index.ts'
import { Bench, Hand } from './lab-kinds.ts'

/** The shipped kinds, their own scripts and plans, on a host of the lab. */

describe('on bare Windows', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await Bench.of('bare')
  })

  test('a file is written in every encoding, found unchanged, repaired and removed', () => {
    const hand = new Hand(bench, file, 'windows/file')
    const path = 'C:\\Chancery\\deep\\motd.txt'
    for (const encoding of ['utf8', 'utf8-bom', 'ascii', 'utf16le'] as const) {
      const content = encoding === 'ascii' ? 'plain\r\n' : 'Grüße 😀\r\n'
      expect(hand.converge({ path, content, encoding }).acts).toBe(1)
    }
    const want = { path, content: 'kept' }
    hand.converge(want)
    bench.world.files.write(path, 'changed behind our back')
    expect(hand.plan(hand.want(want))).toMatchObject({ do: 'steps' })
    expect(hand.converge(want).acts).toBe(1)
    expect(bench.world.files.folder('C:\\Chancery\\deep')?.children.size).toBe(1)
    const found = hand.look(hand.want(want)).seen
    const removal = hand.act(
      hand.want(want),
      file.remove(hand.want(want), file.found.parse(found), undefined),
    )
    expect(removal).toMatchObject({ ok: true, hash: 'absent' })
  })

  test('a full disk fails the step and leaves the old file whole', () => {
    const hand = new Hand(bench, file, 'windows/file')
    hand.converge({ path: 'C:\\a.txt', content: 'old' })
    bench.world.files.setFree(0)
    const want = hand.want({ path: 'C:\\a.txt', content: 'new' })
    const reply = hand.act(want, hand.plan(want))
    expect(reply).toMatchObject({ ok: false, why: 'error', step: 'write', after: { seen: { length: 3 } } })
  })

  test('Hyper-V is installed, waits for a restart, and is there after it', () => {
    const hand = new Hand(bench, feature, 'windows/feature')
    const want = hand.want({ name: 'Hyper-V', includeManagementTools: true })
    expect(hand.look(want).seen).toBeNull()
    expect(hand.act(want, hand.plan(want))).toMatchObject({
      ok: true,
      seen: { installState: 'InstallPending' },
    })
    bench.world.restarted()
    expect(hand.look(want).seen).toMatchObject({ installState: 'Installed' })
    expect(bench.world.services.running('vmms')).toBe(true)
  })

  test('without the feature the Hyper-V cmdlets are not found', () => {
    const hand = new Hand(bench, server, 'hyperv/host')
    const reply = bench.send([hand.script('observe')], {
      op: 'observe',
      key: 'hyperv:Host|',
      script: hashOf(hand.script('observe')),
      params: {},
    })
    expect(reply).toMatchObject({ ok: false, error: { fqid: 'CommandNotFoundException' } })
  })

  test('a feature that Windows does not know is an error with an id', () => {
    const hand = new Hand(bench, feature, 'windows/feature')
    expect(() => hand.look(hand.want({ name: 'No-Such-Feature' }))).toThrow('Chancery.NoSuchFeature')
  })

  test('a service changes its start type and state, and drift is repaired', () => {
    const hand = new Hand(bench, service, 'windows/service')
    const found = hand.converge({ name: 'Spooler', startMode: 'disabled', status: 'stopped' }).seen
    expect(found).toMatchObject({ name: 'Spooler', startType: 'Disabled', status: 'Stopped' })
    hand.converge({ name: 'Spooler', startMode: 'automatic-delayed', status: 'running' })
    expect(bench.world.services.get('Spooler')).toMatchObject({
      startType: 'Automatic',
      delayed: true,
      running: true,
    })
  })
})

describe('with Hyper-V', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await Bench.of('hyperv')
  })

  test('settings of the host', () => {
    const hand = new Hand(bench, server, 'hyperv/host')
    const { acts } = hand.converge({
      virtualMachinePath: 'C:\\VM',
      virtualHardDiskPath: 'C:\\VHD',
      enhancedSession: true,
    })
    expect(acts).toBe(1)
    expect(bench.world.hyperv.settings).toMatchObject({
      machinePath: 'C:\\VM',
      diskPath: 'C:\\VHD',
      enhancedSession: true,
    })
  })

  test('a switch on a free card takes it and gives it back; the card of the session is refused', () => {
    const hand = new Hand(bench, network, 'hyperv/virtual-switch')
    const want = { name: 'dmz', type: 'external', adapter: 'Ethernet 2', allowManagementOs: false }
    const { seen } = hand.converge(want)
    expect(seen).toMatchObject({ name: 'dmz', type: 'External', adapters: ['Ethernet 2'] })
    expect(bench.world.network.reachable).toBe(true)
    const over = hand.want({ name: 'other', type: 'external', adapter: 'Ethernet' })
    expect(hand.act(over, hand.plan(over))).toMatchObject({
      ok: false,
      error: { fqid: 'Chancery.ManagementPath' },
    })
    const removal = hand.act(hand.want(want), network.remove(hand.want(want), seen, seen), seen)
    expect(removal).toMatchObject({ ok: true, hash: 'absent' })
    expect(bench.world.network.adapter('Ethernet 2')?.switchId).toBeUndefined()
  })

  test('a disk is made, grown, and removed only if it was made here', () => {
    const hand = new Hand(bench, disk, 'hyperv/virtual-disk')
    const path = 'C:\\VHD\\data.vhdx'
    hand.converge({ path, sizeGB: 20 })
    const { seen } = hand.converge({ path, sizeGB: 40 })
    expect(seen).toMatchObject({ sizeBytes: 40 * 1024 ** 3, created: true, type: 'Dynamic' })
    const want = hand.want({ path, sizeGB: 40 })
    expect(hand.act(want, disk.remove(want, seen, seen), seen)).toMatchObject({ ok: true, hash: 'absent' })
  })

  test('a machine with adapters, disks and DVD is made, runs, and what needs it off waits for it', () => {
    const wire = new Hand(bench, network, 'hyperv/virtual-switch')
    wire.converge({ name: 'dmz', type: 'private' })
    const disks = new Hand(bench, disk, 'hyperv/virtual-disk')
    disks.converge({ path: 'C:\\VHD\\mail.vhdx', sizeGB: 60 })
    bench.world.files.makeFolder('C:\\ISO')
    bench.world.files.write('C:\\ISO\\setup.iso', 'image')
    const hand = new Hand(bench, machine, 'hyperv/virtual-machine')
    const want = {
      name: 'mail',
      memoryStartupMB: 2048,
      dynamicMemory: true,
      memoryMinimumMB: 1024,
      memoryMaximumMB: 4096,
      processors: 2,
      adapters: [{ name: 'lan', switch: 'dmz', vlan: 12 }],
      disks: [{ path: 'C:\\VHD\\mail.vhdx' }],
      dvd: 'C:\\ISO\\setup.iso',
      bootOrder: ['dvd', 'disk'],
      automaticStopAction: 'shut-down',
      state: 'running',
    }
    const { seen } = hand.converge(want)
    expect(seen).toMatchObject({ name: 'mail', generation: 2, state: 'Running', processors: 2 })
    const refused = hand.plan(hand.want({ ...want, processors: 4 }), seen)
    expect(refused.do).toBe('refuse')
    const grown = hand.converge({ ...want, processors: 4, allowPowerCycle: true }, seen)
    expect(grown.seen).toMatchObject({ processors: 4, state: 'Running' })
    bench.world.hyperv.checkpoint(bench.world.hyperv.machines[0]!, 'before the update')
    expect(hand.plan(hand.want({ ...want, processors: 4 }), seen)).toMatchObject({ do: 'nothing' })
  })
})

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
