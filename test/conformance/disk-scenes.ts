import { type LabBench, labBench } from './lab-bench.ts'
import type { Scene } from './scene.ts'

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

/** What the scripts of a virtual disk may meet. */
export const diskScenes: readonly Scene[] = [
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
]
