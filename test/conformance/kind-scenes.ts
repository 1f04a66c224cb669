import { type KindFolder, planOf, readText } from './kind-folders.ts'
import { diskScenes } from './disk-scenes.ts'
import { fileScenes, storedHash } from './file-scenes.ts'
import { type LabBench, labBench } from './lab-bench.ts'
import { machineScenes, machines } from './machine-scenes.ts'
import type { Scene } from './scene.ts'
import { switchScenes } from './switch-scenes.ts'

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

const folder = (bench: LabBench): void => {
  bench.world.files.makeFolder('C:\\there')
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
  'hyperv/virtual-disk': diskScenes,
  'hyperv/virtual-machine': machineScenes,
  'hyperv/virtual-switch': switchScenes,
}
