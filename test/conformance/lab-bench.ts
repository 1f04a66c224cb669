import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import type { Plan } from '../../lib/kinds/kind.ts'
import type { Executor } from '../../lib/lab/executor.ts'
import { createExecutor } from '../../lib/lab/windows/executor.ts'
import { World } from '../../lib/lab/world/world.ts'
import { type KindFolder, readText } from './kind-folders.ts'

const interpreter = await createExecutor()
let executorOf: (world: World) => Executor = interpreter

/** Benches that are made while `work` runs get their executors from `make`, which is given the interpreter's. */
export function withExecutor<T>(make: (world: World, interpreter: Executor) => Executor, work: () => T): T {
  executorOf = (world) => make(world, interpreter(world))
  try {
    return work()
  } finally {
    executorOf = interpreter
  }
}

/** One lab host without SSH: scripts of kinds run on its world directly. Its time goes on only by what scripts sleep. */
export function labBench(image: 'bare' | 'hyperv') {
  const spec = {
    host: 'hv1',
    account: 'chancery',
    image,
    address: '10.64.0.10',
    freeBytes: 10 ** 13,
    seed: 7,
  }
  const world = new World(spec, () => Date.UTC(2026, 10, 24))
  const executor = executorOf(world)
  const execute = (text: string, params: JsonObject) =>
    executor.run(createHash('sha256').update(text).digest('hex'), text, params, 600_000)
  /** What observe.ps1 prints, as it prints it; `absent`; or `error` with the id and the message. */
  const printed = (one: KindFolder, want: JsonObject, recorded?: JsonObject): string => {
    const { out, fault } = execute(readText(one.home, 'observe.ps1'), one.kind.look(want, recorded))
    if (fault !== undefined) return `error ${fault.fqid}: ${fault.message}`
    if (out.length > 1) throw new Error(`${one.folder}: observe.ps1 printed ${out.length} objects`)
    return out[0] ?? 'absent'
  }
  return {
    world,
    /** Runs a script. */
    execute,
    printed,
    /** Runs commands that prepare the host. Throws on their error. */
    prepare(text: string): void {
      const { fault } = execute(`param($Params)\n${text}\n`, {})
      if (fault !== undefined) throw new Error(`${fault.fqid}: ${fault.message}`)
    },
    /** What observe.ps1 prints, read. Throws on its error. */
    look(one: KindFolder, want: JsonObject, recorded?: JsonObject): JsonObject | null {
      const text = printed(one, want, recorded)
      if (text.startsWith('error ')) throw new Error(`${one.folder}: ${text}`)
      return text === 'absent' ? null : one.kind.found.parse(JSON.parse(text))
    },
    /** Runs each step so many times in a row; the first error ends it and is returned. */
    act(one: KindFolder, plan: Plan, times = 1): string | undefined {
      for (const step of plan.do === 'steps' ? plan.steps : []) {
        if (one.kind.contentOf !== undefined) deliver(world, step.params)
        for (let i = 1; i <= times; i++) {
          const { fault } = execute(readText(one.home, `${step.verb}.ps1`), step.params)
          if (fault !== undefined) return `${step.verb}, run ${i}: ${fault.fqid}: ${fault.message}`
        }
      }
      return undefined
    },
  }
}

/** The content that a step names is in the store of the host, as after a delivery. */
function deliver({ files }: World, { sha256, size }: JsonObject): void {
  if (typeof sha256 !== 'string' || typeof size !== 'number') return
  files.makeFolder(contentFolder)
  files.put(`${contentFolder}\\${sha256}`, { kind: 'bytes', bytes: new Uint8Array(size), sha256 })
}
const contentFolder = 'C:\\ProgramData\\Chancery\\content'

export type LabBench = ReturnType<typeof labBench>

/** The lab has one volume: what lies on D: or E: is put below a folder of that name on C:. */
export const onVolumeC = (value: Json): Json => {
  if (typeof value === 'string') return value.replace(/^([DE]):\\/, 'C:\\$1\\')
  if (Array.isArray(value)) return value.map(onVolumeC)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, onVolumeC(inner)]))
}
