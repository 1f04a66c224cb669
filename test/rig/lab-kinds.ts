import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import { systemClock } from '../../lib/domain/clock.ts'
import type { Kind, Plan } from '../../lib/kinds/kind.ts'
import type { Executor } from '../../lib/lab/executor.ts'
import { createExecutor } from '../../lib/lab/windows/executor.ts'
import { Worker } from '../../lib/lab/worker.ts'
import { WorkerStore } from '../../lib/lab/worker-store.ts'
import { World } from '../../lib/lab/world/world.ts'
import { withHashes } from '../../lib/transport/left-out.ts'
import type { Reply } from '../../lib/transport/wire.ts'

/** A host of the lab without a network: frames go straight to the worker. */
export class Bench {
  readonly world: World
  readonly #worker: Worker
  #frame = 0

  private constructor(world: World, executor: Executor) {
    this.world = world
    this.#worker = new Worker(world, new WorkerStore(world), executor)
  }

  static async of(image: 'bare' | 'hyperv'): Promise<Bench> {
    const world = new World(
      { host: 'bench', account: 'admin', image, address: '10.64.0.10', freeBytes: 200 * 1024 ** 3, seed: 7 },
      () => systemClock.now(),
    )
    return new Bench(world, (await createExecutor())(world))
  }

  /** Sends one operation; its reply, or throws with the end of the frame when none came. */
  send(scripts: readonly string[], op: JsonObject): Reply {
    const frame = {
      frame: ++this.#frame,
      scripts: Object.fromEntries(scripts.map((text) => [sha256(text), text])),
      ops: [{ id: 1, ...op }],
    }
    const start = systemClock.now()
    const lines = [...this.#worker.frame(JSON.stringify(frame), () => systemClock.now() - start)].map(
      (a) => a.line,
    )
    if (lines.length !== 2) throw new Error(lines.join('\n'))
    return JSON.parse(withHashes(lines[0] ?? '')) as Reply
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Scripts of a kind's folder by verb. */
export function scriptsOf(folder: string): ReadonlyMap<string, string> {
  const base = new URL(`../../lib/kinds/${folder}/`, import.meta.url)
  return new Map(
    readdirSync(base)
      .filter((file) => file.endsWith('.ps1'))
      .map((file) => [file.slice(0, -4), readFileSync(new URL(file, base), 'utf8')]),
  )
}

/** What one look found: the observation, or the error that hid it. */
export type Looked = { readonly hash: string; readonly seen: JsonObject | null }

/** A kind at work on a bench. */
export class Hand<W extends object, F extends JsonObject> {
  readonly bench: Bench
  readonly kind: Kind<W, F>
  readonly scripts: ReadonlyMap<string, string>

  constructor(bench: Bench, kind: Kind<W, F>, folder: string) {
    this.bench = bench
    this.kind = kind
    this.scripts = scriptsOf(folder)
  }

  want(inputs: Json): W {
    return this.kind.props.parse(inputs) as W
  }

  look(want: W, recorded?: F): Looked {
    const reply = this.bench.send([this.script('observe')], { op: 'observe', ...this.#look(want, recorded) })
    if (!reply.ok || reply.op !== 'observe') throw new Error(JSON.stringify(reply))
    if (reply.seen !== null) this.kind.found.parse(reply.seen)
    return { hash: reply.hash, seen: reply.seen }
  }

  plan(want: W, recorded?: F): Plan {
    return this.kind.plan(want, this.look(want, recorded).seen as F | null, recorded)
  }

  /** Runs the steps of a plan; the reply of the act. */
  act(want: W, plan: Plan, recorded?: F): Reply {
    if (plan.do !== 'steps') throw new Error(`no steps: ${JSON.stringify(plan)}`)
    const { hash } = this.look(want, recorded)
    const steps = plan.steps.map(({ verb, params }) => ({
      name: verb,
      script: sha256(this.script(verb)),
      params,
    }))
    const names = new Set(['observe', ...plan.steps.map((s) => s.verb)])
    return this.bench.send(
      [...names].map((name) => this.script(name)),
      { op: 'apply', ...this.#look(want, recorded), expect: hash, own: null, steps },
    )
  }

  /** Plans and acts until there is nothing to do: what was seen in the end, and how many acts it took. Throws when it does not get there. */
  converge(inputs: Json, recorded?: F): { readonly seen: F; readonly acts: number } {
    const want = this.want(inputs)
    for (let acts = 0; acts < 4; acts++) {
      const found = this.look(want, recorded).seen as F | null
      const plan = this.kind.plan(want, found, recorded)
      if (plan.do === 'nothing' && found !== null) return { seen: found, acts }
      const reply = this.act(want, plan, recorded)
      if (!reply.ok) throw new Error(JSON.stringify(reply))
    }
    throw new Error(`does not converge: ${JSON.stringify(this.plan(want, recorded))}`)
  }

  script(verb: string): string {
    const text = this.scripts.get(verb)
    if (text === undefined) throw new Error(`no script ${verb}.ps1`)
    return text
  }

  #look(want: W, recorded: F | undefined): JsonObject {
    return {
      key: `${this.kind.token}|${this.kind.identity(want)}`,
      script: sha256(this.script('observe')),
      params: this.kind.look(want, recorded),
    }
  }
}
