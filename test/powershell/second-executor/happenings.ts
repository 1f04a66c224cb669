import fc from 'fast-check'
import type { JsonObject } from '../../../lib/domain/json.ts'
import type { Plan } from '../../../lib/kinds/kind.ts'
import { readText } from '../../conformance/kind-folders.ts'
import { hostFor, type WalkedKind } from '../../conformance/kind-walk.ts'
import type { LabBench } from '../../conformance/lab-bench.ts'

/** What happens to a host, by Chancery or behind its back. `pick` chooses among what the cases declare. */
export type Happening =
  | { readonly do: 'reach'; readonly pick: number; readonly steps: number }
  | { readonly do: 'remove'; readonly pick: number }
  | { readonly do: 'command'; readonly text: string }
  | { readonly do: 'junk'; readonly pick: number; readonly folder: boolean }
  | { readonly do: 'rights'; readonly rights: 'full' | 'denied' }
  | { readonly do: 'restart' }
  | { readonly do: 'fill' }

const onHyperV = [
  'Get-VM | Start-VM',
  'Get-VM | Stop-VM -TurnOff -Force',
  'Get-VM | Select-Object -First 1 | Rename-VM -NewName other',
  "New-VM -Name 'fs1' -NoVHD -Generation 1 -MemoryStartupBytes 536870912",
  "New-VM -Name 'FS1' -NoVHD -Generation 2 -MemoryStartupBytes 536870912",
  'Get-VM | Remove-VM -Force',
  'Get-VM | Add-VMNetworkAdapter -Name extra',
  'Get-VM | Get-VMNetworkAdapter | Connect-VMNetworkAdapter -SwitchName dmz',
  'Get-VM | Get-VMHardDiskDrive | Remove-VMHardDiskDrive',
  'Get-VM | Add-VMDvdDrive',
  'Get-VM | Set-VMProcessor -Count 3',
  "Get-VMSwitch | Select-Object -First 1 | Rename-VMSwitch -NewName 'renamed'",
  'Get-VMSwitch | Select-Object -First 1 | Remove-VMSwitch -Force',
  "New-VMSwitch -Name 'lan' -SwitchType Internal",
  "New-VMSwitch -Name 'lan' -NetAdapterName 'Ethernet 2'",
  "New-VMSwitch -Name 'up' -NetAdapterName 'Ethernet' -AllowManagementOS $true",
  'Stop-Service -Name vmms -Force',
  'Start-Service -Name vmms',
] as const
const onAny = [
  'Stop-Service -Name Spooler -Force',
  'Start-Service -Name Spooler',
  'Set-Service -Name Spooler -StartupType Disabled',
  'Set-Service -Name W32Time -StartupType Automatic',
  'Install-WindowsFeature -Name Hyper-V -IncludeManagementTools',
  'Uninstall-WindowsFeature -Name Hyper-V-PowerShell',
  "Remove-Item -LiteralPath 'C:\\D' -Recurse -Force",
] as const

/** Up to eight happenings. */
export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('reach' as const),
        pick: fc.nat(1000),
        steps: fc.constantFrom(1, 2, 99, 99),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), pick: fc.nat(1000) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('command' as const),
        text: fc.constantFrom(...onHyperV, ...onAny),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('junk' as const), pick: fc.nat(1000), folder: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('rights' as const),
        rights: fc.constantFrom('full' as const, 'denied' as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'fill' as const }) },
  ),
  { minLength: 1, maxLength: 8 },
)

/** Lets it all happen on a fresh host, then looks at everything that the cases declare. */
export function play(one: WalkedKind, all: readonly Happening[]): void {
  const bench = hostFor(one)
  for (const each of all) happen(bench, one, each)
  for (const want of one.wants) bench.printed(one, want)
}

function happen(bench: LabBench, one: WalkedKind, happening: Happening): void {
  const wantOf = (pick: number): JsonObject => {
    const want = one.wants[pick % one.wants.length]
    if (want === undefined) throw new Error(`${one.folder} has no cases`)
    return want
  }
  switch (happening.do) {
    case 'reach':
    case 'remove':
      return act(bench, one, wantOf(happening.pick), happening)
    case 'command':
      return void bench.execute(`param($Params)\n$null = ${happening.text}\n`, {})
    case 'junk': {
      const path = wantOf(happening.pick)['path']
      if (typeof path !== 'string') return
      if (happening.folder) bench.world.files.makeFolder(path)
      else bench.world.files.write(path, 'junk')
      return
    }
    case 'rights':
      bench.world.rights = happening.rights
      return
    case 'restart':
      return bench.world.restarted()
    case 'fill':
      return bench.world.files.setAside(bench.world.files.free)
  }
}

/** Looks, plans, and runs so many steps of the plan; an error ends them. */
function act(
  bench: LabBench,
  one: WalkedKind,
  want: JsonObject,
  happening: Extract<Happening, { readonly pick: number }>,
): void {
  const text = bench.printed(one, want)
  if (text.startsWith('error ')) return
  const found = text === 'absent' ? null : one.kind.found.parse(JSON.parse(text))
  if (happening.do === 'remove' && found === null) return
  const plan: Plan =
    happening.do === 'remove' && found !== null
      ? one.kind.remove(want, found, found)
      : one.kind.plan(want, found, found ?? undefined)
  const steps = plan.do === 'steps' ? plan.steps : []
  for (const step of steps.slice(0, happening.do === 'reach' ? happening.steps : 99))
    if (bench.execute(readText(one.home, `${step.verb}.ps1`), step.params).fault !== undefined) return
}
