import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { openFleet } from '../../lib/cli/run/fleet.ts'
import { systemClock } from '../../lib/domain/clock.ts'
import { describeFailure } from '../../lib/domain/failure.ts'
import { formatComplaints, loadInventory } from '../../lib/inventory/index.ts'
import { ticks } from '../../lib/link/this-process.ts'

/** What a process that uses a link is told, as JSON in its only argument. */
export type LinkUserOrder = {
  readonly inventory: string
  /** Folder `.chancery`, which processes share. */
  readonly root: string
  readonly host: string
  readonly site: string
  /** For so long, ms, or until its standard input ends. */
  readonly forMs: number
  /** True: from the first line of its standard input on. Default: at once. */
  readonly waits?: boolean
  /** Size of each frame, bytes; absent = no frames. */
  readonly frameBytes?: number
  /** Each frame writes its text to this file; absent = frames only look. */
  readonly writes?: { readonly path: string; readonly text: string }
}

/** Its last line, after `"ready"`: when each of its jobs ran, in ticks of the machine. */
export type LinkUserReport = {
  readonly jobs: readonly (readonly [from: number, to: number])[]
  /** When it first asked for the link, in ticks of the machine. */
  readonly asked: number
  readonly frames: number
  readonly failures: readonly string[]
}

/** Sends frames one after the other, and runs jobs of its own beside them. */
async function main(order: LinkUserOrder): Promise<void> {
  const loaded = loadInventory(order.inventory)
  if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
  const fleet = openFleet({
    estate: loaded.value,
    clock: systemClock,
    emit: () => undefined,
    root: order.root,
  })
  const script = 'param($Params)\n'
  const write = '[IO.File]::WriteAllText($Params.path, $Params.text)\n'
  const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
  const hash = hashOf(script)
  const scripts = new Map([script, `${script}${write}`].map((text) => [hashOf(text), text]))
  const jobs: (readonly [number, number])[] = []
  const failures: string[] = []
  let frames = 0
  let told = false
  process.stdin.once('end', () => (told = true))
  const go = once(process.stdin, 'data')
  process.stdout.write('"ready"\n')
  if (order.waits === true) await go
  const asked = ticks()
  const goesOn = (): boolean => !told && ticks() < asked + order.forMs
  const { frameBytes } = order
  const framing = async (): Promise<void> => {
    while (frameBytes !== undefined && goesOn()) {
      const params = { text: randomBytes(frameBytes / 1.34).toString('base64') }
      const answer = await fleet.port(order.host).exchange({
        scripts,
        guards: [],
        ops: [
          order.writes === undefined
            ? { op: 'observe', key: 'test|nothing', script: hash, params }
            : {
                op: 'apply',
                key: 'test|nothing',
                script: hash,
                params,
                expect: 'absent',
                own: null,
                steps: [
                  {
                    name: 'write',
                    script: hashOf(`${script}${write}`),
                    params: { path: order.writes.path, text: `${order.writes.text} ${frames}` },
                  },
                ],
              },
        ],
      })
      if (answer.ok) frames += 1
      else failures.push(describeFailure(answer.error))
      if (!answer.ok) return
    }
  }
  const working = async (): Promise<void> => {
    while (goesOn() && failures.length === 0)
      await fleet.link(order.site).run('control', async () => {
        const from = ticks()
        await systemClock.sleep(20)
        jobs.push([from, ticks()])
      })
  }
  // A job may be refused in the same moment as a frame, which says why.
  await Promise.all([framing(), order.writes === undefined ? working() : undefined])
  await fleet.close()
  process.stdin.destroy()
  process.stdout.write(`${JSON.stringify({ jobs, asked, frames, failures } satisfies LinkUserReport)}\n`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as LinkUserOrder)
