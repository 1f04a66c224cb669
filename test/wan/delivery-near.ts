import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { systemClock } from '../../lib/domain/clock.ts'
import { describeFailure } from '../../lib/domain/failure.ts'
import { ok } from '../../lib/domain/result.ts'
import type { Link } from '../../lib/domain/site.ts'
import { kind } from '../../lib/kinds/windows/file/index.ts'
import { measureSource } from '../../lib/link/delivery/source.ts'
import { createLink } from '../../lib/link/index.ts'
import { bring } from '../../lib/transport/delivery/bring.ts'
import { deliver } from '../../lib/transport/delivery/deliver.ts'
import { createTransport } from '../../lib/transport/session.ts'
import { link as satellite } from './twenty.ts'

/** What `delivery-near.ts` is told, as JSON in its only argument. */
export type NearOrder = {
  readonly address: string
  readonly port: number
  readonly account: string
  readonly key: string
  readonly knownHosts: string
  readonly rttMs: number
  readonly lineKbitPerS: number
  readonly budgetKbitPerS: number
  /** Folder of contents delivered before. */
  readonly store: string
}

/** A line that it is told: bring a file (`looks`: look at the host all the while), or look so often. */
export type NearCommand =
  | {
      readonly do: 'bring'
      readonly path: string
      readonly name: string
      readonly looks: boolean
      readonly at?: boolean
    }
  | { readonly do: 'look'; readonly times: number }

/** What it prints for one. `at` lines come before, where they were asked for. */
export type Brought = {
  readonly how: string
  readonly sent: number
  readonly resumedAt: number
  readonly seconds: number
  /** How long each look took, ms. */
  readonly looks: readonly number[]
  readonly notes: readonly string[]
}
export type BroughtSoFar = { readonly at: number }

const clock = systemClock
const observe = new URL('../../lib/kinds/windows/file/observe.ps1', import.meta.url)

async function main(order: NearOrder): Promise<void> {
  const link: Link = {
    ...satellite,
    kbitPerS: order.lineKbitPerS,
    rttMs: order.rttMs,
    budget: satellite.budget.map((entry) => ({ ...entry, kbitPerS: order.budgetKbitPerS })),
  }
  const door = createLink({ link, clock, emit: () => undefined, random: Math.random })
  const transport = createTransport({
    resolve: () => order,
    knownHosts: order.knownHosts,
    allowed: () => ok(undefined),
    door: () => door,
    emit: () => undefined,
    clock,
  })
  const text = readFileSync(observe, 'utf8')
  const script = createHash('sha256').update(text).digest('hex')
  const params = kind.look({ path: order.key, content: '', encoding: 'utf8' }, undefined)
  const look = async (): Promise<number> => {
    const started = performance.now()
    const answer = await transport.host('site').exchange({
      scripts: new Map([[script, text]]),
      guards: [],
      ops: [{ op: 'observe', key: 'file', script, params }],
    })
    if (!answer.ok) throw new Error(describeFailure(answer.error))
    if (answer.value.replies[0]?.ok !== true) throw new Error(JSON.stringify(answer.value.replies))
    return Math.round(performance.now() - started)
  }
  const run = async (command: NearCommand): Promise<Brought | { looks: readonly number[] }> => {
    const looks: number[] = []
    if (command.do === 'look') {
      for (let i = 0; i < command.times; i++) looks.push(await look())
      return { looks }
    }
    const measured = await measureSource(command.path)
    if (!measured.ok) throw new Error(measured.error.detail)
    let over = false
    const started = performance.now()
    const bringing = bring(
      { ...measured.value, name: command.name },
      {
        port: transport.bulk('site'),
        door,
        clock,
        random: Math.random,
        deliver,
        rttMs: order.rttMs,
        budget: () => order.budgetKbitPerS,
        delivery: { store: order.store },
        onState: (state) => {
          if (command.at === true && state.kind === 'sending') say({ at: state.at })
        },
      },
    ).finally(() => (over = true))
    const looking = (async () => {
      while (command.looks && !over) {
        // Whoever looks often finds the line as a person would, not only between two bursts.
        await clock.sleep(100 + Math.random() * 400)
        if (!over) looks.push(await look())
      }
    })()
    const brought = await bringing
    const seconds = (performance.now() - started) / 1000
    await looking
    if (!brought.ok) throw new Error(describeFailure(brought.error))
    const { how, sent, resumedAt, notes } = brought.value
    return { how, sent, resumedAt, seconds, looks, notes }
  }
  const input = createInterface({ input: process.stdin })
  input.once('close', () => process.exit(0))
  for await (const line of input) say(await run(JSON.parse(line) as NearCommand))
}

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`)

await main(JSON.parse(process.argv[2] ?? '{}') as NearOrder)
