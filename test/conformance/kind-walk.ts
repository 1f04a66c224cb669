import type { JsonObject } from '../../lib/domain/json.ts'
import type { Plan, Step } from '../../lib/kinds/kind.ts'
import { type KindFolder } from './kind-folders.ts'
import { sceneComplaints } from './kind-scenes.ts'
import { type LabBench, labBench, onVolumeC } from './lab-bench.ts'

/** A kind and everything that its cases declare, each once, on the lab's volume. */
export type WalkedKind = KindFolder & { readonly wants: readonly JsonObject[]; readonly title: string }

export function walked(one: KindFolder): WalkedKind {
  const distinct = new Map(one.cases.map(({ want }) => [JSON.stringify(want), onVolumeC(want)]))
  const wants = [...distinct.values(), ...(further[one.folder] ?? [])]
  return {
    ...one,
    title: one.folder,
    wants: wants.map((want) => one.kind.props.parse(want) as JsonObject),
  }
}

/** A kind whose look gives a digest under a key where an input is secret, with such a key. */
export function underKey(one: WalkedKind): readonly WalkedKind[] {
  const kind = one.kind.keyed?.under(Buffer.alloc(32, 5).toString('base64'))
  return kind === undefined ? [] : [{ ...one, kind, title: `${one.folder} under a key` }]
}

/** What the walk needs beyond the cases: each setting of a host, two adapters that differ in everything. */
const further: { readonly [folder: string]: readonly JsonObject[] } = {
  'windows/file': ['utf8', 'utf8-bom', 'utf16le'].map((encoding) => ({
    path: 'C:\\Chancery\\motd.txt',
    content: 'Gr\u00fc\u00dfe \u{1f600}\r\n',
    encoding,
  })),
  'hyperv/host': [
    { migrationOverAnyNetwork: true },
    { migrationOverAnyNetwork: false },
    { maximumMigrations: 7 },
    { maximumStorageMigrations: 8 },
    { virtualMachinePath: 'C:\\A' },
    { virtualHardDiskPath: 'C:\\B' },
    { migrationOverAnyNetwork: true, maximumMigrations: 3, maximumStorageMigrations: 4 },
    { migrationOverAnyNetwork: false, maximumMigrations: 5, maximumStorageMigrations: 6 },
  ],
  'hyperv/virtual-machine': [
    { name: 'fs1', dynamicMemory: true, allowPowerCycle: true },
    { name: 'fs1', dynamicMemory: false, allowPowerCycle: true },
    { name: 'fs1', dynamicMemory: true, memoryMaximumMB: 32768, allowPowerCycle: true },
    { name: 'fs1', dynamicMemory: true, memoryMinimumMB: 256, allowPowerCycle: true },
    {
      name: 'fs1',
      adapters: [
        { name: 'LAN', switch: 'lan', vlan: 1 },
        { name: 'DMZ', switch: 'dmz', vlan: 20, mac: '00:15:5d:0a:0b:0e' },
      ],
      dvd: 'C:\\D\\iso\\setup.iso',
      allowPowerCycle: true,
    },
    {
      name: 'fs1',
      generation: 2,
      adapters: [
        { name: 'DMZ', switch: 'lan', mac: '00:15:5d:0a:0b:0d' },
        { name: 'LAN', switch: 'dmz' },
      ],
      disks: [{ path: 'C:\\D\\VHDs\\fs1-data.vhdx' }, { path: 'C:\\D\\VHDs\\fs1.vhdx' }],
      dvd: 'C:\\D\\iso\\tools.iso',
      bootOrder: ['network', 'dvd', 'disk'],
      secureBoot: true,
      secureBootTemplate: 'MicrosoftUEFICertificateAuthority',
      allowPowerCycle: true,
    },
  ],
}

/** Machines that are none of ours; one comes before ours in every list, one after. */
const strangers = ['aaa', 'zzz']

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
  for (const name of strangers) {
    bench.prepare(
      `$null = New-VM -Name '${name}' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop`,
    )
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
    [
      ...other.wants,
      ...(other.folder === 'hyperv/virtual-machine' ? strangers.map((name) => ({ name })) : []),
    ]
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

/** The same steps by name instead of by Id, where a script takes either. */
const byName = (plan: Plan, name: unknown): Plan => {
  const change = (step: Step): Step =>
    typeof step.params['id'] === 'string' && step.params['name'] === name && !idOnly.has(step.verb)
      ? { ...step, params: { ...step.params, id: null } }
      : step
  if (plan.do !== 'steps') return plan
  const [first, ...rest] = plan.steps
  return { ...plan, steps: [change(first), ...rest.map(change)] }
}

/** Renaming takes the new name, removing only the Id. */
const idOnly = new Set(['rename', 'remove'])

/** Brings the host to what is wanted, each step twice; by `name` where the scripts take one. */
export function reach(
  bench: LabBench,
  one: KindFolder,
  want: JsonObject,
  recorded?: JsonObject,
  by: 'id' | 'name' = 'id',
): Reached {
  const before = bench.printed(one, want, recorded)
  if (before.startsWith('error ')) return { to: 'nowhere', why: before }
  if (bench.printed(one, want, recorded) !== before) return wrong('two looks print different text')
  const found = before === 'absent' ? null : one.kind.found.parse(JSON.parse(before))
  const plan = one.kind.plan(want, found, recorded)
  if (plan.do === 'nothing') return { to: 'wanted', seen: found, acted: false }
  if (plan.do !== 'steps') return { to: 'nowhere', why: plan.do }
  const failed = bench.act(one, by === 'id' ? plan : byName(plan, found?.['name']), 2)
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

/** So many pairs of wants are walked at most, spread evenly over all of them. */
const pairsAtMost = 120

/** Every rule that a kind breaks when its cases are walked through the lab, as it comes; nothing when it keeps to all of them. */
export function* walkComplaints(one: WalkedKind, kinds: readonly WalkedKind[]): Generator<string> {
  for (const want of one.wants) yield* alone(one, kinds, want)
  const pairs = one.wants.flatMap((from) =>
    one.wants
      .filter((to) => from !== to && one.kind.identity(from) === one.kind.identity(to))
      .map((to) => [from, to] as const),
  )
  const stride = Math.max(1, Math.floor(pairs.length / pairsAtMost))
  for (const [i, [from, to]] of pairs.filter((_, i) => i % stride === 0).entries())
    yield* after(one, from, to, i % 2 === 0 ? 'id' : 'name')
  yield* unseen(one)
  yield* sceneComplaints(one)
}

/** The lab has no image of the hash that a case names. */
const waitsForImage = (why: string, want: JsonObject): boolean =>
  why.startsWith('error Chancery.NotYet: ') && 'copyFrom' in want

/** Made on an empty host, removed again; nothing else is seen otherwise, and the session goes on. */
function* alone(one: WalkedKind, kinds: readonly WalkedKind[], want: JsonObject): Generator<string> {
  const bench = hostFor(one)
  const before = others(bench, kinds, one, want)
  const empty = bench.printed(one, want)
  if (one.kind.builtIn !== true && empty !== 'absent' && !empty.startsWith('error '))
    yield `nothing is there yet: expected absent, got ${empty}`
  const end = reach(bench, one, want)
  if (end.to === 'wrong') return yield end.complaint
  if (end.to === 'nowhere')
    return yield* /^(refuse|defer)/.test(end.why) || waitsForImage(end.why, want) ? [] : [end.why]
  if (!bench.world.network.reachable) yield 'the session is cut'
  const whole = !needsRestart(one.kind.plan(want, null, undefined))
  if (whole && others(bench, kinds, one, want).join() !== before.join())
    yield 'something else is seen otherwise'
  if (end.seen === null) return
  const removal = one.kind.remove(want, end.seen, end.seen)
  const failed = bench.act(one, removal, 2)
  if (failed !== undefined) return yield failed
  if (needsRestart(removal)) bench.world.restarted()
  const left = bench.printed(one, want, end.seen)
  const expected = removal.do === 'steps' ? 'absent' : JSON.stringify(end.seen)
  const got =
    removal.do === 'steps' || left.startsWith('error ')
      ? left
      : JSON.stringify(one.kind.found.parse(JSON.parse(left)))
  if (got !== expected) yield `after the removal: expected ${expected}, got ${got}`
}

/** From one thing that the cases declare to another. */
function* after(one: WalkedKind, from: JsonObject, to: JsonObject, by: 'id' | 'name'): Generator<string> {
  const bench = hostFor(one)
  const first = reach(bench, one, from)
  if (first.to === 'wrong') return yield first.complaint
  if (first.to === 'nowhere' || first.seen === null) return
  const [machine] = bench.world.hyperv.machines.filter(({ name }) => name === first.seen?.['name'])
  if (by === 'name' && machine !== undefined && one.folder === 'hyperv/virtual-machine')
    bench.world.hyperv.checkpoint(machine, 'before')
  const second = reach(bench, one, to, first.seen, by)
  if (second.to === 'wrong') yield second.complaint
  if (second.to === 'nowhere' && !/^(refuse|defer|replace)/.test(second.why)) yield second.why
}

/** What can't be asked is an error, and neither absent nor there. */
export function* unseen(one: WalkedKind): Generator<string> {
  const [want] = one.wants
  if (one.kind.needsFeature === undefined || want === undefined) return
  const bench = hostFor(one)
  const end = reach(bench, one, want)
  const recorded = end.to === 'wanted' && end.seen !== null ? end.seen : undefined
  bench.prepare(`Stop-Service -Name 'vmms' -Force -ErrorAction Stop`)
  for (const known of [undefined, recorded]) {
    const text = bench.printed(one, want, known)
    if (!text.startsWith('error ')) yield `the management service is down: expected an error, got ${text}`
  }
}
