import type { LabBench } from './lab-bench.ts'
import type { Scene } from './scene.ts'

/** Hyper-V brings and takes the host's own port only after so long. */
function slowly(bench: LabBench, ms: number): void {
  const { world } = bench
  const bind = world.hyperv.bind.bind(world.hyperv)
  world.hyperv.bind = (...parts) => world.later(ms, () => bind(...parts))
}

/** What the scripts of a virtual switch may meet. */
export const switchScenes: readonly Scene[] = [
  ...[true, false].flatMap((allow) =>
    [0, 2500, 29_500].map((ms): Scene => ({
      title: `allow: ${allow}, and Windows takes ${ms} ms`,
      verb: 'share',
      prepare: (bench) => {
        bench.prepare(`$null = New-VMSwitch -Name 'wan' -NetAdapterName 'Ethernet' -AllowManagementOS $true -ErrorAction Stop
$null = New-VMSwitch -Name 'dmz' -NetAdapterName 'Ethernet 2' -AllowManagementOS $${!allow} -ErrorAction Stop`)
        slowly(bench, ms)
      },
      params: (bench) => ({ id: bench.world.hyperv.switches[1]?.id ?? '', allow }),
      expect: 'well',
      wrong: ({ world }) => {
        const port = world.network.adapters.some((a) => a.name === 'vEthernet (dmz)')
        return port === allow ? undefined : `the port is ${port ? 'still' : 'not yet'} there`
      },
    })),
  ),
  {
    title: 'on one of several cards',
    verb: 'observe',
    params: { id: null, name: 'dmz' },
    prepare: (bench) =>
      bench.prepare(
        `$null = New-VMSwitch -Name 'lan' -SwitchType Private -Notes 'others' -ErrorAction Stop
$null = New-VMSwitch -Name 'dmz' -NetAdapterName 'Ethernet 2' -AllowManagementOS $false -ErrorAction Stop`,
      ),
    expect: 'well',
    prints: (text) =>
      text?.includes('"adapters":["Ethernet 2"]') === true && text.includes('"notes":""')
        ? undefined
        : `expected its card, got ${text}`,
  },
  ...[
    { adapter: 'Ethernet', switchName: null },
    { adapter: 'ETHERNET', switchName: 'lan' },
  ].map((params): Scene => ({
    title: `the session runs over ${params.adapter}`,
    verb: 'check-path',
    params,
    expect: 'Chancery.ManagementPath',
    says: [params.adapter],
  })),
  {
    title: 'another card',
    verb: 'check-path',
    params: { adapter: 'Ethernet 2', switchName: 'lan' },
    expect: 'well',
  },
  ...[
    { adapter: 'Ethernet', switchName: null, says: 'Ethernet', fails: true },
    { adapter: null, switchName: 'LAN', says: 'LAN', fails: true },
    { adapter: 'Ethernet 2', switchName: 'dmz', says: '', fails: false },
  ].map(({ says, fails, ...params }): Scene => ({
    title: `the session runs over a switch: ${JSON.stringify(params)}`,
    verb: 'check-path',
    params,
    prepare: (bench) => {
      bench.prepare(
        `$null = New-VMSwitch -Name 'dmz' -NetAdapterName 'Ethernet 2' -AllowManagementOS $true -ErrorAction Stop`,
      )
      bench.prepare(
        `$null = New-VMSwitch -Name 'lan' -NetAdapterName 'Ethernet' -AllowManagementOS $true -ErrorAction Stop`,
      )
    },
    expect: fails ? 'Chancery.ManagementPath' : 'well',
    says: [says],
  })),
]
