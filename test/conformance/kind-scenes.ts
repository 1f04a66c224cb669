import { type KindFolder, planOf, readText } from './kind-folders.ts'
import { fileScenes, storedHash } from './file-scenes.ts'
import { type LabBench, labBench } from './lab-bench.ts'
import type { Scene } from './scene.ts'

/** Every scene of a kind that its scripts don't play as they should. */
export function* sceneComplaints(one: KindFolder): Generator<string> {
  for (const scene of [...(scenes[one.folder] ?? []), ...byNameOf(one)]) {
    const bench = labBench(one.kind.needsFeature === undefined ? 'bare' : 'hyperv')
    scene.prepare?.(bench)
    const params = typeof scene.params === 'function' ? scene.params(bench) : scene.params
    const before = JSON.stringify(bench.world.snapshot())
    const { fault, out } = bench.execute(readText(one.home, `${scene.verb}.ps1`), params)
    const at = `${scene.verb}, ${scene.title}`
    const got = fault?.fqid ?? 'well'
    if (got !== scene.expect) yield `${at}: expected ${scene.expect}, got ${got} ${fault?.message ?? ''}`
    const message = fault?.message ?? ''
    for (const word of scene.says ?? [])
      if (!message.includes(word)) yield `${at}: the error does not say ${word}: ${message}`
    if (scene.category !== undefined && fault?.category !== scene.category)
      yield `${at}: expected ${scene.category}, got ${fault?.category}`
    if (scene.expect !== 'well' && scene.begins !== true && JSON.stringify(bench.world.snapshot()) !== before)
      yield `${at}: it fails and changes something`
    const wrong = scene.wrong?.(bench) ?? scene.prints?.(out[0], bench)
    if (wrong !== undefined) yield `${at}: ${wrong}`
  }
}

/** Of three of one name one is shown, and the others are named. */
const three = (prepare: string): Scene => ({
  title: 'three of the name',
  verb: 'observe',
  params: { id: null, name: 'fs1' },
  prepare: (bench) =>
    ['fs1', 'aaa', 'fs1', 'zzz', 'fs1'].forEach((name) => bench.prepare(prepare.replace('NAME', name))),
  expect: 'well',
  prints: (text) => {
    const { id, name, namesakes } = JSON.parse(text ?? '{}') as {
      id: string
      name: string
      namesakes: readonly string[]
    }
    const ids = [id, ...namesakes]
    const sorted = ids.every((one, i) => i === 0 || (ids[i - 1] ?? '') < one)
    return name === 'fs1' && ids.length === 3 && sorted && ids.every((one) => /^[0-9a-f-]{36}$/.test(one))
      ? undefined
      : `expected three Ids in their order, got ${text}`
  },
})

/** Scripts that take an Id or a name: a name that two have, or none has, is never chosen. */
function byNameOf(one: KindFolder): readonly Scene[] {
  if (one.folder === 'hyperv/virtual-switch')
    return [three(`$null = New-VMSwitch -Name 'NAME' -SwitchType Private -ErrorAction Stop`)]
  if (one.folder !== 'hyperv/virtual-machine') return []
  const steps = one.cases.flatMap((each) => {
    const plan = planOf(one.kind, each)
    return plan.do === 'steps' ? plan.steps : []
  })
  const verbs = new Map(
    steps.filter(({ params }) => 'id' in params && 'name' in params).map((step) => [step.verb, step]),
  )
  const many = three(
    `$null = New-VM -Name 'NAME' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop`,
  )
  const chosen = [...verbs.values()]
    .filter(({ verb }) => verb !== 'remove' && verb !== 'create')
    .flatMap(({ verb, params }) =>
      [0, 2].map((count): Scene => ({
        title: `${count} machines of the name`,
        verb,
        params: { ...params, id: null, name: 'fs1' },
        prepare: (bench) => machines(bench, ['aaa', ...Array<string>(count).fill('fs1'), 'zzz']),
        expect: 'Chancery.NotOneMachine',
        says: [`found ${count}`, 'fs1'],
      })),
    )
  return [many, ...chosen]
}

const machines = (bench: LabBench, names: readonly string[]): void => {
  for (const name of names)
    bench.prepare(
      `$null = New-VM -Name '${name}' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop`,
    )
}
/** Hyper-V brings and takes the host's own port only after so long. */
function slowly(bench: LabBench, ms: number): void {
  const { world } = bench
  const bind = world.hyperv.bind.bind(world.hyperv)
  world.hyperv.bind = (...parts) => world.later(ms, () => bind(...parts))
}

const folder = (bench: LabBench): void => {
  bench.world.files.makeFolder('C:\\there')
}
const source = 'C:\\Images\\base.vhdx'
const path = 'C:\\VHDs\\a.vhdx'

function image(bench: LabBench): void {
  bench.world.files.makeFolder('C:\\Images')
  bench.prepare(`$null = New-VHD -Path '${source}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop`)
}

/** SHA-256 of the image, as every bench makes it. */
const imageHash = (): string => {
  const bench = labBench('hyperv')
  image(bench)
  const { out } = bench.execute(
    `param($Params)\n[pscustomobject]@{ hash = (Get-FileHash -LiteralPath '${source}' -Algorithm SHA256 -ErrorAction Stop).Hash }\n`,
    {},
  )
  return (JSON.parse(out[0] ?? '{}') as { hash: string }).hash.toLowerCase()
}

const isFile = (bench: LabBench, name: string): boolean => bench.world.files.file(name) !== undefined
const disk = (bench: LabBench): string => {
  const { out } = bench.execute(
    `param($Params)\n[pscustomobject]@{ id = (Get-VHD -Path '${path}' -ErrorAction Stop).DiskIdentifier }\n`,
    {},
  )
  return (JSON.parse(out[0] ?? '{}') as { id: string }).id
}
const makeDisk =
  (note: 'own' | 'other' | 'none') =>
  (bench: LabBench): void => {
    bench.world.files.makeFolder('C:\\VHDs')
    bench.prepare(`$null = New-VHD -Path '${path}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop`)
    if (note !== 'none') bench.world.files.write(`${path}.chancery`, note === 'own' ? disk(bench) : 'another')
  }
/** The Id that the first disk of a bench gets. */
const firstDisk = (): string => {
  const bench = labBench('hyperv')
  makeDisk('none')(bench)
  return disk(bench)
}

const scenes: { readonly [folder: string]: readonly Scene[] } = {
  'windows/file': [
    ...['write', 'remove', 'place'].map((verb): Scene => ({
      title: 'a folder is there',
      verb,
      params: { path: 'C:\\there', content: 'x', encoding: 'utf8', sha256: storedHash, size: 4 },
      prepare: folder,
      expect: 'Chancery.FolderThere',
      says: ['C:\\there'],
    })),
    ...fileScenes,
  ],
  'windows/feature': [
    {
      title: 'Windows does not know it',
      verb: 'observe',
      params: { name: 'No-Such' },
      expect: 'Chancery.NoSuchFeature',
      says: ['No-Such'],
    },
    ...[true, false].map((tools): Scene => ({
      title: `management tools: ${tools}`,
      verb: 'install',
      params: { name: 'Hyper-V', includeManagementTools: tools, source: null },
      expect: 'well',
      wrong: ({ world }) =>
        (world.features.all.find((f) => f.name === 'Hyper-V-PowerShell')?.state === 'Available') === tools
          ? 'the tools are not as wanted'
          : undefined,
    })),
  ],
  'hyperv/virtual-disk': [
    {
      title: 'the image is not there',
      verb: 'copy',
      params: { path, source, sha256: '0' },
      expect: 'Chancery.NotYet',
      says: [source],
    },
    {
      title: 'the image is another',
      verb: 'copy',
      params: { path, source, sha256: '0'.repeat(64) },
      prepare: (bench) => {
        image(bench)
        bench.world.files.makeFolder('C:\\VHDs')
      },
      expect: 'Chancery.HashDiffers',
      says: [source, '0'.repeat(64), imageHash()],
    },
    {
      title: 'the image is there',
      verb: 'copy',
      params: { path, source, sha256: imageHash() },
      prepare: image,
      expect: 'well',
      wrong: (bench) =>
        isFile(bench, path) &&
        isFile(bench, source) &&
        !isFile(bench, 'C:\\VHDs\\a.part.vhdx') &&
        isFile(bench, `${path}.chancery`)
          ? undefined
          : 'the disk, its note and the image are expected, and nothing else',
    },
    ...[true, false].map((fixed): Scene => ({
      title: `half a disk is left from before, fixed: ${fixed}`,
      verb: 'create',
      params: { path, sizeBytes: 10737418240, fixed, blockSizeBytes: null },
      prepare: (bench) => {
        bench.world.files.makeFolder('C:\\VHDs')
        bench.world.files.write('C:\\VHDs\\a.part.vhdx', 'half')
      },
      expect: 'well',
      wrong: (bench) =>
        isFile(bench, path) && isFile(bench, `${path}.chancery`) && !isFile(bench, 'C:\\VHDs\\a.part.vhdx')
          ? undefined
          : 'the disk and its note are expected, and nothing else',
    })),
    ...(['own', 'other', 'none'] as const).map((note): Scene => ({
      title: `note: ${note}`,
      verb: 'remove',
      params: { path, diskId: firstDisk() },
      prepare: makeDisk(note),
      expect: note === 'own' ? 'well' : 'Chancery.NotMadeHere',
      ...(note === 'own' ? {} : { says: [path] }),
    })),
    ...(['own', 'other', 'none'] as const).map((note): Scene => ({
      title: `note: ${note}`,
      verb: 'observe',
      params: { path, source: null },
      prepare: makeDisk(note),
      expect: 'well',
      prints: (text) =>
        text?.includes(`"created":${note === 'own'}`) === true
          ? undefined
          : `made here: ${note === 'own'}; got ${text}`,
    })),
    {
      title: 'another disk is under the name',
      verb: 'remove',
      params: { path, diskId: 'another' },
      prepare: makeDisk('own'),
      expect: 'Chancery.NotMadeHere',
    },
  ],
  'hyperv/virtual-machine': [
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
  ],
  'hyperv/virtual-switch': [
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
  ],
}
