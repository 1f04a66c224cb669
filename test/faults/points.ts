import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import { loadCatalogue } from '../../lib/provider/catalogue.ts'
import type { Operation } from '../../lib/reconcile/decide.ts'
import type { LoadedKind } from '../../lib/reconcile/loaded-kind.ts'
import { type Case, kindFolders, kindsRoot, planOf, readKind } from '../conformance/kind-folders.ts'

/** What may go wrong at a step, and what it takes to try it: one process without an engine, or a command line with the real one. */
export const faults = {
  'lost before': { in: 'one process', says: 'the connection is lost and the worker ends before the step' },
  'lost during': {
    in: 'one process',
    says: 'the connection is lost before the step, and the worker runs on',
  },
  'lost after': { in: 'one process', says: 'the step has run, and the reply is lost with the connection' },
  'worker killed': { in: 'one process', says: 'the process ends in the middle of the step' },
  'host restarted': { in: 'one process', says: 'the host goes down before the step and comes back' },
  'disk full there': { in: 'one process', says: 'no byte is free on the host from the step on' },
  'process killed': { in: 'command line', says: 'SIGKILL to the command line before the step' },
  'engine killed': { in: 'command line', says: 'SIGKILL to the engine before the step' },
  'disk full here': {
    in: 'command line',
    says: 'no byte is free for state and work folder from the step on',
  },
  interrupted: { in: 'command line', says: 'Ctrl-C before the step' },
  'interrupted twice': { in: 'command line', says: 'Ctrl-C twice before the step' },
} as const satisfies Record<string, { in: 'one process' | 'command line'; says: string }>

export type FaultKind = keyof typeof faults
export const faultKinds = Object.keys(faults) as readonly FaultKind[]

/** One case of a kind whose plan has steps, on the lab's volume. */
export type Stage = {
  /** `windows/file` */
  readonly folder: string
  readonly name: string
  readonly loaded: LoadedKind
  readonly operation: Operation
  /** Inputs as a program gives them. */
  readonly inputs: JsonObject
  readonly want: JsonObject
  readonly found: JsonObject | null
  readonly recorded: JsonObject | undefined
  readonly verbs: readonly string[]
}

export type Point = { readonly stage: Stage; readonly step: number; readonly fault: FaultKind }

/** Every case with steps, of every kind. */
export async function stages(): Promise<readonly Stage[]> {
  const catalogue = await loadCatalogue()
  const kinds = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))
  return kinds.flatMap((one) => {
    const loaded = catalogue.get(one.kind.token)
    if (loaded === undefined) throw new Error(`Internal error: ${one.folder} is not in the catalogue`)
    return one.cases.flatMap((each): readonly Stage[] => {
      const plan = planOf(one.kind, each)
      // Under a key nothing but the digest in the observation differs.
      if (plan.do !== 'steps' || each.digestKey !== undefined) return []
      return [
        stageOf(
          one.folder,
          each,
          loaded,
          plan.steps.map((step) => step.verb),
        ),
      ]
    })
  })
}

function stageOf(folder: string, each: Case, loaded: LoadedKind, verbs: readonly string[]): Stage {
  const { kind } = loaded
  const inputs = onVolumeC(each.want) as JsonObject
  return {
    folder,
    name: each.name,
    loaded,
    operation: each.remove ? 'delete' : each.found === null ? 'create' : 'update',
    inputs,
    want: kind.props.parse(inputs) as JsonObject,
    found: each.found === null ? null : kind.found.parse(onVolumeC(each.found)),
    recorded: each.recorded === undefined ? undefined : kind.found.parse(onVolumeC(each.recorded)),
    verbs,
  }
}

/** The lab has one volume: what lies on D: or E: is put below a folder of that name on C:. */
function onVolumeC(value: Json): Json {
  if (typeof value === 'string') return value.replace(/^(disk:)?([DE]):\\/, '$1C:\\$2\\')
  if (Array.isArray(value)) return value.map(onVolumeC)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, onVolumeC(inner)]))
}

/** Steps × faults, over all cases. */
export const pointsOf = (all: readonly Stage[], kinds: readonly FaultKind[] = faultKinds): readonly Point[] =>
  all.flatMap((stage) =>
    stage.verbs.flatMap((_, step) => kinds.map((fault): Point => ({ stage, step, fault }))),
  )

export const nameOfPoint = ({ stage, step, fault }: Point): string =>
  `${stage.folder} ${stage.name}, step ${step + 1} of ${stage.verbs.length} (${stage.verbs[step]}): ${fault}`

/** A share of the points, the same for the same seed; at least one of each fault. */
export function shareOf(all: readonly Point[], share: number, seed: number): readonly Point[] {
  const drawn = (point: Point): number =>
    createHash('sha256')
      .update(`${seed} ${nameOfPoint(point)}`)
      .digest()
      .readUInt32BE(0) /
    2 ** 32
  const kinds = [...new Set(all.map(({ fault }) => fault))]
  const least = kinds.map((kind) =>
    all.filter(({ fault }) => fault === kind).reduce((a, b) => (drawn(a) <= drawn(b) ? a : b)),
  )
  return all.filter((point) => drawn(point) < share || least.includes(point))
}
