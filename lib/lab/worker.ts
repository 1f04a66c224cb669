import {
  asciiJson,
  type Frame,
  type Guard,
  type Look,
  type Op,
  type WireError,
  type WireStep,
  wireVersion,
} from '../transport/wire.ts'
import { type Execution, type Executor, fault, type Purpose } from './executor.ts'
import { busy, cannotWrite, failed } from './worker-failure.ts'
import { acts, readFrame, scriptsOf } from './worker-frame.ts'
import { fence, foreign, sameOwner, type Seen } from './worker-records.ts'
import type { WorkerStore } from './worker-store.ts'
import { sha256 } from './world/file-nodes.ts'
import type { World } from './world/world.ts'

const defaultLimitMs = 90_000
/** How long a frame that acts, and one that only looks, waits for another frame on the host. */
const applyWaitMs = 60_000
const observeWaitMs = 15_000

type Looked =
  | { readonly seen: Seen; readonly warnings: readonly string[] }
  | { readonly fault: WireError; readonly warnings: readonly string[] }

/** One answer of the worker, and the key of the operation that it answers (undefined: the frame's end). */
export type Answer = { readonly line: string; readonly op: Op | undefined }

/** Between two steps of an act: the one at `next` comes next, none after the last one. The host may wait or end here. */
export type Boundary = { readonly key: string; readonly steps: readonly WireStep[]; readonly next: number }

/**
 * Plays worker.ps1 on a host of the lab: the same frames give the same lines. Pure of time and transport: `frame` yields each
 * line as its operation has run, and the caller decides when and whether it leaves.
 */
export class Worker {
  readonly #world: World
  readonly #store: WorkerStore
  readonly #executor: Executor

  constructor(world: World, store: WorkerStore, executor: Executor) {
    this.#world = world
    this.#store = store
    this.#executor = executor
  }

  hello(pid: number): string {
    const time = new Date(this.#world.now()).toISOString()
    return asciiJson({
      hello: wireVersion,
      ps: this.#executor.version,
      time,
      pid,
      machine: this.#world.machineId ?? null,
    })
  }

  /** How long a line waits for the host to be free of other frames, ms; 0: it does not. */
  patience(line: string): number {
    const read = readFrame(line)
    if ('fault' in read) return 0
    return acts(read.frame)
      ? applyWaitMs
      : read.frame.ops.some((op) => op.op === 'observe')
        ? observeWaitMs
        : 0
  }

  /**
   * Runs one line; `elapsed` gives the milliseconds since it arrived. `locked` false: the host was not free in time, so nothing
   * is changed.
   */
  *frame(line: string, elapsed: () => number, locked = true): Generator<Answer, void, undefined> {
    for (const stage of this.stages(line, elapsed, locked)) if ('line' in stage) yield stage
  }

  /** The same, with the boundaries between the steps. */
  *stages(line: string, elapsed: () => number, locked = true): Generator<Answer | Boundary, void, undefined> {
    const read = readFrame(line)
    const end = (frame: number, text: string): Answer => ({
      line: `{"frame":${frame},${text},"ms":${Math.round(elapsed())}}`,
      op: undefined,
    })
    if ('fault' in read) return yield end(-1, `"ok":false,"why":"bad-frame","error":${asciiJson(read.fault)}`)
    const { frame } = read
    const fenced =
      locked && frame.sender !== undefined
        ? fence(this.#world, this.#store, frame.sender, acts(frame))
        : undefined
    if (fenced !== undefined && 'refused' in fenced)
      return yield end(frame.frame, `"ok":false,"why":"fenced","managed":${asciiJson(fenced.refused)}`)
    const problem = fenced?.fault ?? this.#take(frame)
    if (problem !== undefined)
      return yield end(-1, `"ok":false,"why":"bad-frame","error":${asciiJson(problem)}`)
    const need = this.#need(frame)
    if (need.length > 0) return yield end(frame.frame, `"ok":false,"why":"need","need":${asciiJson(need)}`)
    const fresh = new Map<string, Seen>()
    const refused = this.#guards(frame.guards ?? [], fresh)
    if (refused !== undefined) return yield end(frame.frame, refused)
    for (const op of frame.ops) yield { line: `{"id":${op.id},${yield* this.#op(op, fresh, locked)}}`, op }
    yield end(frame.frame, '"ok":true')
  }

  /** Takes the scripts of a frame in; what is wrong with one of them. */
  #take(frame: Frame): WireError | undefined {
    for (const [hash, text] of Object.entries(frame.scripts ?? {})) {
      if (sha256(Buffer.from(text, 'utf8')) !== hash)
        return fault('Chancery.ScriptHash', 'InvalidData', `The script is not the one of its hash: ${hash}`)
      const taken = this.#store.take(hash, text)
      if (!taken.ok) return cannotWrite(taken.error)
    }
    return undefined
  }

  #need(frame: Frame): readonly string[] {
    const named = [...(frame.guards ?? []).map((g) => g.script), ...frame.ops.flatMap(scriptsOf)]
    return [...new Set(named)].filter((hash) => this.#store.script(hash) === undefined)
  }

  /** Looks at every guarded thing; the end of the frame when one does not look as expected. */
  #guards(guards: readonly Guard[], fresh: Map<string, Seen>): string | undefined {
    const changed: string[] = []
    for (const guard of guards) {
      const looked = this.#look(guard, defaultLimitMs)
      const key = `"key":${asciiJson(guard.key)},`
      if ('fault' in looked) return `"ok":false,"why":"guard-error",${key}"error":${asciiJson(looked.fault)}`
      if (looked.seen.hash !== guard.expect) changed.push(`{${key}${looked.seen.text}}`)
      fresh.set(guard.key, looked.seen)
    }
    return changed.length === 0 ? undefined : `"ok":false,"why":"guards","changed":[${changed.join(',')}]`
  }

  *#op(op: Op, fresh: Map<string, Seen>, locked: boolean): Generator<Boundary, string, undefined> {
    if (op.op === 'ping') return `"ok":true,"op":"ping","managed":${asciiJson(this.#store.managed())}`
    if (op.op === 'apply')
      return locked ? yield* this.#apply(op, fresh) : failed(busy, 'observe', [], 'null', [])
    const looked = this.#look(op, op.limitMs ?? defaultLimitMs)
    if ('fault' in looked) return failed(looked.fault, 'observe', [], 'null', looked.warnings)
    return `"ok":true,"op":"observe","warnings":${asciiJson(looked.warnings)},${looked.seen.text}`
  }

  *#apply(
    op: Extract<Op, { op: 'apply' }>,
    fresh: Map<string, Seen>,
  ): Generator<Boundary, string, undefined> {
    const limitMs = op.limitMs ?? defaultLimitMs
    const warnings: string[] = []
    const known = fresh.get(op.key)
    let before = known
    if (before === undefined) {
      const looked = this.#look(op, limitMs)
      warnings.push(...looked.warnings)
      if ('fault' in looked) return failed(looked.fault, 'observe', [], 'null', warnings)
      before = looked.seen
    }
    if (before.hash !== op.expect) return `"ok":false,"why":"changed",${before.text}`
    if (op.own !== null && foreign(before, op.own, op)) return `"ok":false,"why":"owned",${before.text}`
    const ran: string[] = []
    fresh.delete(op.key)
    const leave = op.release === true && op.steps.length === 0
    if (op.own !== null && !leave) {
      const owned = this.#store.own(op.key, asciiJson(op.own))
      if (!owned.ok) return failed(cannotWrite(owned.error), 'observe', ran, 'null', warnings)
    }
    const former = op.was === undefined ? null : this.#store.owner(op.was)
    if (op.was !== undefined && sameOwner(former, op.own)) this.#store.disown(op.was)
    let kept: readonly string[] | undefined
    for (const [at, step] of op.steps.entries()) {
      yield { key: op.key, steps: op.steps, next: at }
      const done = this.#run(step.script, step.params, limitMs, step.keep === true ? 'keep' : 'act')
      warnings.push(...done.warnings)
      if (step.keep === true) kept = [...(kept ?? []), ...done.out]
      if (done.fault !== undefined) {
        const after = this.#look(op, limitMs)
        return failed(
          done.fault,
          step.name,
          ran,
          'fault' in after ? 'null' : `{${after.seen.text}}`,
          warnings,
        )
      }
      ran.push(step.name)
    }
    yield { key: op.key, steps: op.steps, next: op.steps.length }
    const looked = this.#look(op, limitMs)
    warnings.push(...looked.warnings)
    if ('fault' in looked) return failed(looked.fault, 'observe', ran, 'null', warnings)
    let text = looked.seen.text
    if (op.release === true && (leave || looked.seen.hash === 'absent') && looked.seen.owner !== null) {
      this.#store.disown(op.key)
      text = `${text.slice(0, text.lastIndexOf(',"owner":'))},"owner":null`
    }
    return `"ok":true,"op":"apply","ran":${asciiJson(ran)},"before":${asciiJson(before.hash)},"warnings":${asciiJson(warnings)},${kept === undefined ? '' : `"out":${asciiJson(kept)},`}${text}`
  }

  #look(look: Look, limitMs: number): Looked {
    const { out, warnings, fault: failure } = this.#run(look.script, look.params, limitMs, 'look')
    if (failure !== undefined) return { fault: failure, warnings }
    const [json = 'null'] = out
    if (out.length > 1 || (out.length === 1 && !json.startsWith('{')))
      return {
        fault: fault(
          'Chancery.Observation',
          'InvalidResult',
          `An observation is one object or nothing; printed were ${out.length}`,
        ),
        warnings,
      }
    const hash = out.length === 0 ? 'absent' : sha256(Buffer.from(json, 'utf8'))
    const owner = this.#store.owner(look.key) ?? (look.was === undefined ? null : this.#store.owner(look.was))
    return {
      seen: {
        hash,
        owner,
        text: `${hash === 'absent' ? '"hash":"absent",' : ''}"seen":${json},"owner":${owner === null ? 'null' : asciiJson(owner)}`,
      },
      warnings,
    }
  }

  #run(hash: string, params: Look['params'], limitMs: number, purpose: Purpose): Execution {
    const text = this.#store.script(hash)
    if (text === undefined) throw new Error(`Internal error: script ${hash} was needed and not asked for`)
    return this.#executor.run(hash, text, params, limitMs, purpose)
  }
}
