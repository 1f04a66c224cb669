import type { LabBench } from './lab-bench.ts'
import type { Scene } from './scene.ts'

/** Makes machines of these names, in this order. */
export const machines = (bench: LabBench, names: readonly string[]): void => {
  for (const name of names)
    bench.prepare(
      `$null = New-VM -Name '${name}' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop`,
    )
}

/** What the scripts of a virtual machine may meet. */
export const machineScenes: readonly Scene[] = [
  {
    title: 'it runs',
    verb: 'remove',
    prepare: (bench) => {
      machines(bench, ['aaa', 'fs1', 'zzz'])
      bench.prepare(`Start-VM -Name 'fs1' -ErrorAction Stop`)
    },
    params: (bench) => ({ id: bench.world.hyperv.machines[1]?.id ?? '', name: 'fs1' }),
    expect: 'Chancery.StillRunning',
    says: ['fs1', 'Running'],
  },
  {
    title: 'the guest takes longer than it may',
    verb: 'stop',
    prepare: (bench) => {
      machines(bench, ['aaa', 'fs1', 'zzz'])
      bench.prepare(`Start-VM -Name 'fs1' -ErrorAction Stop`)
      for (const machine of bench.world.hyperv.machines) machine.guestAnswers = false
    },
    params: (bench) => ({ id: bench.world.hyperv.machines[1]?.id ?? '', name: 'fs1', limitSeconds: 4 }),
    expect: 'Chancery.StillRunning',
    category: 'OperationTimeout',
    begins: true,
    says: ['within 4 s', 'fs1', 'Running'],
  },
  {
    title: 'it is gone already',
    verb: 'remove',
    prepare: (bench) => machines(bench, ['aaa', 'zzz']),
    params: { id: '00000000-0000-4000-8000-000000000000', name: 'fs1' },
    expect: 'well',
    wrong: (bench) => (bench.world.hyperv.machines.length === 2 ? undefined : 'another one is gone'),
  },
]
