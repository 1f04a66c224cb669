import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import { loadCatalogue } from '../../lib/provider/catalogue.ts'
import type { Plan } from '../../lib/kinds/kind.ts'
import type { Operation } from '../../lib/reconcile/decide.ts'
import { foundValue } from '../../lib/reconcile/left-alone.ts'
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
  'unseen after': {
    in: 'one process',
    says: 'the same, and no look after it can see the thing: its module is missing, or nothing ends there',
  },
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

/** Stands among the steps of a replacement where the removal is over and the creation not begun. */
export const between = 'between'

/** One case of a kind whose plan has steps or is a replacement, on the lab's volume. */
export type Stage = {
  /** `windows/file` */
  readonly folder: string
  readonly name: string
  readonly loaded: LoadedKind
  readonly operation: Operation | 'replace'
  /** Inputs as a program gives them. */
  readonly inputs: JsonObject
  readonly want: JsonObject
  /** What the state has as inputs: what is wanted, but where it is replaced, what was wanted then. */
  readonly before: JsonObject
  readonly found: JsonObject | null
  readonly recorded: JsonObject | undefined
  /** Steps in order; of a replacement those of the removal, `between`, those of the creation. */
  readonly verbs: readonly string[]
}

export type Point = { readonly stage: Stage; readonly step: number; readonly fault: FaultKind }

/** Every case with steps or a replacement, of every kind. */
export async function stages(): Promise<readonly Stage[]> {
  const catalogue = await loadCatalogue()
  const kinds = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))
  return kinds.flatMap((one) => {
    const loaded = catalogue.get(one.kind.token)
    if (loaded === undefined) throw new Error(`Internal error: ${one.folder} is not in the catalogue`)
    return one.cases.flatMap((each): readonly Stage[] => {
      const plan = planOf(one.kind, each)
      // Under a key nothing but the digest in the observation differs.
      if (each.digestKey !== undefined) return []
      return plan.do === 'steps' || plan.do === 'replace' ? [stageOf(one.folder, each, loaded, plan)] : []
    })
  })
}

type WithSteps = Extract<Plan, { do: 'steps' | 'replace' }>

function stageOf(folder: string, each: Case, loaded: LoadedKind, plan: WithSteps): Stage {
  const { kind } = loaded
  const inputs = onVolumeC(each.want) as JsonObject
  const want = kind.props.parse(inputs) as JsonObject
  const found = each.found === null ? null : kind.found.parse(onVolumeC(each.found))
  const recorded = each.recorded === undefined ? undefined : kind.found.parse(onVolumeC(each.recorded))
  const stage = { folder, name: each.name, loaded, inputs, want, found, recorded }
  if (plan.do === 'steps')
    return {
      ...stage,
      operation: each.remove ? 'delete' : each.found === null ? 'create' : 'update',
      before: want,
      verbs: verbsOf(plan),
    }
  if (found === null) throw new Error(`${folder} ${each.name}: nothing is there that could be replaced`)
  const before = formerInputs(loaded, want, found, plan.properties)
  const removal = verbsOf(kind.remove(before, found, recorded))
  const creation = verbsOf(kind.plan(want, null, undefined))
  if (removal.length === 0 || creation.length === 0)
    throw new Error(`${folder} ${each.name}: a replacement has steps of a removal and of a creation`)
  return { ...stage, operation: 'replace', before, verbs: [...removal, between, ...creation] }
}

const verbsOf = (plan: Plan): readonly string[] =>
  plan.do === 'steps' ? plan.steps.map((step) => step.verb) : []

/** What was wanted when the thing was made that is replaced now: the same, and of what forces the replacement what is found. */
function formerInputs(
  { kind }: LoadedKind,
  want: JsonObject,
  found: JsonObject,
  forced: readonly string[],
): JsonObject {
  const kept = Object.entries(want).filter(([name]) => !forced.includes(name))
  const former = forced.flatMap((name) => {
    const value = foundValue(kind, want, found, found, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return kind.props.parse(Object.fromEntries([...kept, ...former])) as JsonObject
}

/** How many steps a replacement has before `between`. */
export const removalSteps = ({ operation, verbs }: Stage): number =>
  operation === 'replace' ? verbs.indexOf(between) : 0

/** Where in the verbs of a stage an act is whose next step is `next`; after its last step: where what follows it begins. */
export function placeIn(stage: Stage, acted: readonly string[], next: number): number {
  if (stage.operation !== 'replace') return next
  const removal = stage.verbs.slice(0, removalSteps(stage))
  return acted.join() === removal.join() ? next : removal.length + 1 + next
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
