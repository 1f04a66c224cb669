import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../domain/json.ts'
import type { Executor } from '../executor.ts'
import { World } from '../world/world.ts'
import { createExecutor } from './executor.ts'

/** A world and a way to run scripts on it, for tests. */
export type Console = {
  readonly world: World
  /** Runs a script; its output, or throws with its error's id in front. */
  run(text: string, params?: JsonObject): readonly Json[]
  /** Runs a script that must fail: id up to the comma, whole id, category. */
  fails(text: string): {
    readonly id: string
    readonly fqid: string
    readonly category: string
    readonly message: string
  }
  warnings(text: string): readonly string[]
}

/** A console on a fresh host. */
export async function consoleOn(image: 'bare' | 'hyperv'): Promise<Console> {
  let now = Date.UTC(2026, 0, 1)
  const world = new World(
    { host: 'bench', account: 'admin', image, address: '10.64.0.10', freeBytes: 200 * 1024 ** 3, seed: 3 },
    () => (now += 1),
  )
  const executor: Executor = (await createExecutor())(world)
  const execute = (text: string, params: JsonObject, purpose: 'look' | 'act' = 'look') => {
    const script = `param($Params)\n${text}`
    return executor.run(createHash('sha256').update(script).digest('hex'), script, params, 60_000, purpose)
  }
  return {
    world,
    run: (text, params = {}) => {
      const { out, fault } = execute(text, params)
      if (fault !== undefined) throw new Error(`${fault.fqid}: ${fault.message}`)
      return out.map((line): Json => JSON.parse(line))
    },
    fails: (text) => {
      const { out, fault } = execute(text, {}, 'act')
      if (fault === undefined) throw new Error(`expected a failure, got ${out.join(' ')}`)
      const { fqid, category, message } = fault
      return { id: fqid.split(',')[0] ?? '', fqid, category, message }
    },
    warnings: (text) => execute(text, {}, 'act').warnings,
  }
}
