import type { JsonObject } from '../../lib/domain/json.ts'
import type { Plan } from '../../lib/kinds/kind.ts'
import { type KindFolder } from './kind-folders.ts'
import { type LabBench, labBench, onVolumeC } from './lab-bench.ts'

/** A kind and everything that its cases declare, each once, on the lab's volume. */
export type WalkedKind = KindFolder & { readonly wants: readonly JsonObject[] }

export function walked(one: KindFolder): WalkedKind {
  const distinct = new Map(one.cases.map(({ want }) => [JSON.stringify(want), onVolumeC(want)]))
  return { ...one, wants: [...distinct.values()].map((want) => one.kind.props.parse(want) as JsonObject) }
}

/** A host with what the cases need around what they declare. */
export function hostFor(one: KindFolder): LabBench {
  const bench = labBench(one.kind.needsFeature === undefined ? 'bare' : 'hyperv')
  for (const name of ['Ethernet 3', 'Ethernet 4']) {
    bench.world.network.add({ name, description: `Card ${name}`, virtual: false, switchId: undefined })
  }
  if (one.folder !== 'hyperv/virtual-machine') return bench
  for (const folder of ['C:\\D\\VHDs', 'C:\\D\\iso']) bench.world.files.makeFolder(folder)
  for (const iso of ['setup', 'tools']) bench.world.files.write(`C:\\D\\iso\\${iso}.iso`, 'x')
  for (const disk of ['fs1.vhdx', 'fs1-data.vhdx', '2.vhdx', 'old.vhd']) {
    bench.prepare(
      `$null = New-VHD -Path 'C:\\D\\VHDs\\${disk}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop`,
    )
  }
  for (const name of ['lan', 'dmz', 'backup']) {
    bench.prepare(`$null = New-VMSwitch -Name '${name}' -SwitchType Private -ErrorAction Stop`)
  }
  return bench
}

/** What every kind sees of everything that the cases declare, but for the thing itself. */
export const others = (
  bench: LabBench,
  kinds: readonly WalkedKind[],
  one: KindFolder,
  want: JsonObject,
): readonly string[] =>
  kinds.flatMap((other) =>
    other.wants
      .filter((each) => other.folder !== one.folder || other.kind.identity(each) !== one.kind.identity(want))
      .map((each) => `${other.kind.token}|${other.kind.identity(each)} ${bench.printed(other, each)}`),
  )

export const needsRestart = (plan: Plan): boolean =>
  plan.do === 'steps' && plan.steps.some((step) => step.effects.includes('needs-host-restart'))

/** How far a host was brought: where it is now, why nothing was to be done, or by what a rule of kinds was broken. */
export type Reached =
  | { readonly to: 'wanted'; readonly seen: JsonObject | null; readonly acted: boolean }
  | { readonly to: 'nowhere'; readonly why: string }
  | { readonly to: 'wrong'; readonly complaint: string }

const wrong = (complaint: string): Reached => ({ to: 'wrong', complaint })

/** Brings the host to what is wanted, each step twice. */
export function reach(bench: LabBench, one: KindFolder, want: JsonObject, recorded?: JsonObject): Reached {
  const before = bench.printed(one, want, recorded)
  if (before.startsWith('error ')) return { to: 'nowhere', why: before }
  if (bench.printed(one, want, recorded) !== before) return wrong('two looks print different text')
  const found = before === 'absent' ? null : one.kind.found.parse(JSON.parse(before))
  const plan = one.kind.plan(want, found, recorded)
  if (plan.do === 'nothing') return { to: 'wanted', seen: found, acted: false }
  if (plan.do !== 'steps') return { to: 'nowhere', why: plan.do }
  const failed = bench.act(one, plan, 2)
  if (failed !== undefined) return wrong(failed)
  if (needsRestart(plan)) {
    const waiting = one.kind.plan(want, bench.look(one, want, recorded), recorded)
    if (waiting.do !== 'defer') return wrong(`expected to wait for a restart, plans ${waiting.do}`)
    bench.world.restarted()
  }
  const seen = bench.look(one, want, recorded)
  const rest = one.kind.plan(want, seen, seen ?? undefined)
  if (rest.do === 'steps') return wrong(`still to do: ${rest.steps.map((step) => step.because).join('; ')}`)
  if (rest.do !== 'nothing') return wrong(`still to do: ${rest.do}: ${rest.because}`)
  return { to: 'wanted', seen, acted: true }
}
