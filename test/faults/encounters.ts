import { createHash } from 'node:crypto'
import type { Failure } from '../../lib/domain/failure.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import { armGuards } from '../../lib/cli/run/guards.ts'
import { loadCatalogue } from '../../lib/provider/catalogue.ts'
import type { Call, Struct } from '../../lib/provider/calls.ts'
import { kindCalls } from '../../lib/provider/resource-calls.ts'
import { scriptOf } from '../../lib/reconcile/loaded-kind.ts'
import type { OpBody } from '../../lib/transport/port.ts'
import { marker } from '../../lib/transport/wire.ts'
import { meetKilledEngines } from './engine-encounter.ts'
import type { Counter, Finding } from './findings.ts'
import { Bench, type Connected, owner } from './one-process.ts'
import { stages } from './points.ts'
import { type Backend, stackOf } from './small-engine.ts'

/** What a run may meet that is no fault at a step: other people, other processes, answers that are not its own. */
export type Encounter = {
  /** What happens. */
  readonly title: string
  /** What must not be so, and is. */
  meet(bench: Bench): Promise<readonly Finding[]>
}

const file = (await loadCatalogue()).get('windows:File')!
const observe = scriptOf(file, 'observe')
const stage = (await stages()).find(({ folder, name }) => folder === 'windows/file' && name === 'create')!
const first: Thing = { name: 'first', content: 'new' }
const second: Thing = { name: 'second', content: 'new' }

/** A text file that a program declares. */
type Thing = { readonly name: string; readonly content: string; readonly olds?: Struct }

const pathOf = ({ name }: Thing): string => `C:\\Met\\${name}.txt`
const callOf = ({ name }: Thing): Call => ({ urn: `${owner.urn}-${name}`, loaded: file })
const inputsOf = (thing: Thing): Struct => ({
  host: 'hv1',
  path: pathOf(thing),
  content: thing.content,
  encoding: 'utf8',
})

function textOf(bench: Bench, thing: Thing): string | undefined {
  const read = bench.host.world.files.read(pathOf(thing))
  return read.ok ? new TextDecoder().decode(read.value) : undefined
}

function writeByHand(bench: Bench, thing: Thing, text: string): void {
  bench.host.world.files.makeFolder('C:\\Met')
  bench.host.world.files.write(pathOf(thing), text)
}

/** Previews things, of which the second waits for the first, and gives what applies one of them. */
async function previewed(backend: Backend, ...things: readonly Thing[]) {
  const { book, run } = stackOf(backend, [])
  const operationOf = ({ olds }: Thing): 'create' | 'update' => (olds === undefined ? 'create' : 'update')
  const preview = run('preview')
  for (const thing of things)
    await kindCalls(preview, callOf(thing)).mutate(
      operationOf(thing),
      true,
      thing.olds ?? {},
      inputsOf(thing),
    )
  armGuards(book, backend.batch, (urn) => urn !== callOf(things[0]!).urn)
  const apply = run('apply')
  return async (thing: Thing): Promise<Failure | Struct> => {
    const done = await kindCalls(apply, callOf(thing)).mutate(
      operationOf(thing),
      false,
      thing.olds ?? {},
      inputsOf(thing),
    )
    return done.ok ? (apply.failures.get(callOf(thing).urn) ?? done.value.properties) : done.error
  }
}

/** Makes a thing in a run of its own, and gives it as the state has it. */
async function made(bench: Bench, thing: Thing): Promise<Thing> {
  const { backend, close } = bench.connect()
  const outputs = await (await previewed(backend, thing))(thing)
  await close()
  if ('kind' in outputs) throw new Error(`${pathOf(thing)} can't be made: ${String(outputs.kind)}`)
  return { ...thing, olds: outputs }
}

const finding = (is: boolean, counter: Counter, what: string): readonly Finding[] =>
  is ? [{ counter, what }] : []

/** A look at a thing, as an operation of a frame. */
const lookAt = (thing: Thing): OpBody => ({
  op: 'observe',
  key: `windows:File|${pathOf(thing).toLowerCase()}`,
  script: observe.hash,
  params: file.kind.look(
    file.kind.props.parse({ path: pathOf(thing), content: thing.content }) as JsonObject,
    undefined,
  ),
})
const look = ({ port }: Connected, thing: Thing, heard?: (index: number) => void) =>
  port.exchange({ scripts: new Map([[observe.hash, observe.text]]), guards: [], ops: [lookAt(thing)] }, heard)

/** The line of an answer that says that nothing is there. */
const nothingThere = (id: number): string =>
  `${marker}{"id":${id},"ok":true,"op":"observe","warnings":[],"hash":"absent","seen":null,"owner":null}`

export const encounters: readonly Encounter[] = [
  {
    title: 'something of the plan is changed by hand before the first act',
    async meet(bench) {
      const apply = await previewed(bench.connect().backend, first, second)
      writeByHand(bench, second, 'by hand')
      await apply(first)
      return finding(
        textOf(bench, first) !== undefined,
        'wrongReports',
        'a host that changed after its preview was acted on all the same',
      )
    },
  },
  {
    title: 'something of the plan is changed by hand between two acts',
    async meet(bench) {
      const old = await made(bench, { ...second, content: 'old' })
      const update = { ...old, content: 'new' }
      const apply = await previewed(bench.connect().backend, first, update)
      await apply(first)
      writeByHand(bench, second, 'by hand')
      await apply(update)
      return finding(textOf(bench, second) !== 'by hand', 'lost', 'what was written by hand is overwritten')
    },
  },
  {
    title: 'another stack takes a thing over between preview and act',
    async meet(bench) {
      const old = await made(bench, { ...first, content: 'old' })
      const update = { ...old, content: 'new' }
      const apply = await previewed(bench.connect().backend, update)
      const { files } = bench.host.world
      for (const [path] of files.walk())
        if (/\\chancery\\owned\\/i.test(path))
          files.write(path, JSON.stringify({ ...owner, urn: `${owner.urn}-of-others` }))
      await apply(update)
      return finding(textOf(bench, first) !== 'old', 'lost', 'what belongs to another stack is overwritten')
    },
  },
  {
    title: 'the program wants something else than was previewed',
    async meet(bench) {
      const apply = await previewed(bench.connect().backend, first)
      await apply({ ...first, content: 'not previewed' })
      return finding(
        textOf(bench, first) !== undefined,
        'wrongReports',
        'something was done though other inputs were previewed',
      )
    },
  },
  {
    title: 'our process ends while an update is under way, which the next run finds done',
    async meet(bench) {
      const old = await made(bench, { ...first, content: 'old' })
      const connected = bench.connect()
      const apply = await previewed(connected.backend, { ...old, content: 'longer' })
      bench.host.atBoundary = ({ steps, next }) => {
        if (next === steps.length) void connected.close()
        return 'on'
      }
      await apply({ ...old, content: 'longer' })
      bench.host.atBoundary = undefined
      // The engine has the new inputs from what it wrote before the act, and the outputs of before.
      const news = inputsOf({ ...first, content: 'longer' })
      const calls = kindCalls(stackOf(bench.connect().backend, []).run('preview'), callOf(first))
      const difference = await calls.diff({ ...old.olds, ...news }, news)
      return finding(
        textOf(bench, first) === 'longer' && difference.ok && difference.value.changes === 'none',
        'wrongReports',
        'the state keeps the outputs of before',
      )
    },
  },
  {
    title: 'engines were killed while they created and between the halves of a replacement',
    meet: meetKilledEngines,
  },
  {
    title: 'the lost worker is still at it when the next session looks',
    async meet(bench) {
      const { host } = bench
      let acts = 0
      host.atBoundary = async ({ next }): Promise<'on'> => {
        if (next > 0) return 'on'
        acts += 1
        if (acts > 1) return 'on'
        const { frames } = host.counters
        host.drop()
        // Until the next session has looked, and acts.
        while (host.counters.frames < frames + 2) await new Promise((resolve) => setImmediate(resolve))
        return 'on'
      }
      const apply = await previewed(bench.connect().backend, first)
      const said = await apply(first)
      return [
        ...finding(acts > 1, 'doubled', 'two acts on one thing are under way at once'),
        ...finding('kind' in said, 'wrongReports', `it was done, and it is said: ${JSON.stringify(said)}`),
      ]
    },
  },
  {
    title: 'a holder of the link whom another one followed acts again',
    async meet(bench) {
      const early = await previewed(bench.connect('ministry file:///a', 1).backend, first)
      const late = await previewed(bench.connect('ministry file:///a', 2).backend, second)
      await late(second)
      await early(first)
      return finding(textOf(bench, first) !== undefined, 'doubled', 'two holders of one link acted')
    },
  },
  {
    title: 'another organisation acts on a host that is managed',
    async meet(bench) {
      const ours = await previewed(bench.connect('ministry file:///a', 1).backend, first)
      await ours(first)
      const others = await previewed(bench.connect('else file:///b', 9).backend, second)
      await others(second)
      return finding(textOf(bench, second) !== undefined, 'doubled', 'two organisations manage one host')
    },
  },
  {
    title: 'a script arrives that is not the one of its hash',
    async meet(bench) {
      const text = 'param($Params)\n'
      const hash = createHash('sha256').update(text).digest('hex')
      const other = 'param($Params)\n[pscustomobject]@{ exists = $true }\n'
      const ask = (script: string) =>
        bench.connect().port.exchange({
          scripts: new Map([[hash, script]]),
          guards: [],
          ops: [{ op: 'observe', key: 'test|nothing', script: hash, params: {} }],
        })
      await ask(other)
      const right = seesNothing(await ask(text))
      return finding(!right, 'wrongReports', 'what is seen of the host was made by another script')
    },
  },
  {
    title: 'the answer to an earlier look comes again after a reconnect',
    async meet(bench) {
      const connected = bench.connect()
      await look(connected, first)
      writeByHand(bench, first, 'there')
      bench.host.drop()
      bench.host.order({ name: 'stray-output', text: nothingThere(1) })
      const answer = await connected.backend.batch().request(lookAt(first), [observe])
      const old = answer.ok && answer.value.ok && answer.value.op === 'observe' && answer.value.seen === null
      return finding(old, 'wrongReports', 'an old answer is taken for what is so')
    },
  },
  {
    title: 'a look is answered twice, and not alike',
    async meet(bench) {
      const connected = bench.connect()
      writeByHand(bench, first, 'there')
      bench.host.order({ name: 'stray-output', text: nothingThere(1) })
      const answer = await look(connected, first)
      return finding(answer.ok, 'wrongReports', 'one of two different answers is taken for what is so')
    },
  },
  {
    title: 'an answer comes that nobody asked for',
    async meet(bench) {
      const connected = bench.connect()
      bench.host.order({ name: 'stray-output', text: nothingThere(3) })
      const heard: number[] = []
      const answer = await look(connected, first, (index) => heard.push(index))
      return [
        ...finding(answer.ok, 'wrongReports', 'a host that answers what nobody asked is believed'),
        ...finding(heard.includes(2), 'wrongReports', 'an answer is handed on that nobody asked for'),
      ]
    },
  },
]

function seesNothing(answer: Awaited<ReturnType<typeof look>>): boolean {
  const reply = answer.ok ? answer.value.replies[0] : undefined
  return reply?.ok === true && reply.op === 'observe' && reply.seen === null
}

/** Meets one of them on a host of its own. */
export async function tryEncounter({ meet }: Encounter): Promise<readonly Finding[]> {
  const bench = await Bench.for(stage)
  try {
    return await meet(bench)
  } finally {
    await bench.close()
  }
}
