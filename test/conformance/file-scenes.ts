import type { LabBench } from './lab-bench.ts'
import type { Scene } from './scene.ts'

/** SHA-256 of `test`. */
export const storedHash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const stored = `C:\\ProgramData\\Chancery\\content\\${storedHash}`
const path = 'C:\\Agent\\agent.msi'
const params = { path, sha256: storedHash, size: 4 }

/** The content store as a delivery leaves it. */
const store =
  (text: string, old?: string) =>
  ({ world: { files } }: LabBench): void => {
    files.makeFolder('C:\\ProgramData\\Chancery\\content')
    files.write(stored, text)
    files.makeFolder('C:\\Agent')
    if (old !== undefined) files.write(path, old)
  }

const textAt = (bench: LabBench, at: string): string | undefined => {
  const file = bench.world.files.read(at)
  return file.ok ? new TextDecoder().decode(file.value) : undefined
}
const isPlaced = (bench: LabBench): string | undefined =>
  textAt(bench, path) !== 'test'
    ? `expected the content at its place, got ${textAt(bench, path)}`
    : textAt(bench, `${path}.chancery`) !== undefined || textAt(bench, stored) !== 'test'
      ? 'expected the store as it was, and nothing beside the file'
      : undefined

/** What `place.ps1` may meet. */
export const fileScenes: readonly Scene[] = [
  {
    title: 'the content is in the store',
    verb: 'place',
    params,
    prepare: store('test'),
    expect: 'well',
    wrong: isPlaced,
  },
  {
    title: 'an old file is there',
    verb: 'place',
    params,
    prepare: store('test', 'old'),
    expect: 'well',
    wrong: isPlaced,
  },
  {
    title: 'a copy was left behind by a crash',
    verb: 'place',
    params,
    prepare: (bench) => {
      store('test', 'old')(bench)
      bench.world.files.write(`${path}.chancery`, 'te')
    },
    expect: 'well',
    wrong: isPlaced,
  },
  {
    title: 'the store lacks the content',
    verb: 'place',
    params,
    expect: 'Chancery.NotYet',
    says: [stored],
  },
  {
    title: 'the content in the store is corrupted',
    verb: 'place',
    params,
    prepare: store('tast', 'old'),
    expect: 'Chancery.HashDiffers',
    says: [stored, `expected ${storedHash}`],
  },
  {
    title: 'the drive has too little room',
    verb: 'place',
    params,
    prepare: (bench) => {
      store('test', 'old')(bench)
      bench.world.files.setFree(3)
    },
    expect: 'Chancery.NoSpace',
    says: ['4 bytes are needed, 3 are free', path],
  },
  {
    title: 'a program holds the target open',
    verb: 'place',
    params,
    prepare: (bench) => {
      store('test', 'old')(bench)
      bench.world.files.heldOpen.add(path.toLowerCase())
    },
    expect: 'Chancery.TargetInUse',
    says: [path],
  },
]
