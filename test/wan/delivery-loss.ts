import { setTimeout as sleep } from 'node:timers/promises'
import type { Brought } from './delivery-near.ts'
import {
  assertThere,
  type Bench,
  copyBy,
  type Ends,
  incompressible,
  median,
  openEnds,
  round,
  tell,
  thinLine,
} from './delivery-rows.ts'

/** What a line does to packets, each with this probability. */
const troubles = [
  { loss: 0.02, reorder: 0 },
  { loss: 0.02, reorder: 0.02 },
  { loss: 0, reorder: 0.02 },
] as const
const turns = 3
/** Between the starts of two lines, ms: what starts beside a transfer takes the processors from it. */
const apartMs = 8000

/**
 * 1 MB over the thin line that loses or reorders two packets of a hundred, by us and by scp in turn. Each case has a line of its own, and
 * all of them run at once: a thin line leaves the machine idle.
 */
export async function measureLoss(bench: Bench): Promise<object> {
  const cases = [...new Set(['cubic', bench.machine])].flatMap((congestion) =>
    troubles.map((trouble) => ({ congestion, ...trouble })),
  )
  const rows = await Promise.all(
    cases.map(async (one, index) => {
      await sleep(index * apartMs)
      return oneCase(bench, one)
    }),
  )
  return { line: thinLine, megabytes: 1, turns, rows }
}

async function oneCase(
  bench: Bench,
  one: { readonly congestion: string; readonly loss: number; readonly reorder: number },
): Promise<object> {
  const { congestion, loss, reorder } = one
  const ends = await openEnds(bench, { ...thinLine, congestion })
  await ends.emulator.set('loss', loss)
  await ends.emulator.set('reorder', reorder)
  const by = { ours: [] as number[], scp: [] as number[] }
  for (let turn = 0; turn < turns; turn++) {
    const name = `one-${turn}`
    const path = incompressible(ends.folder, name, 1)
    const both = [
      async () => by.ours.push(await bringOver(ends, path, name)),
      async () => by.scp.push((await copyBy(ends, 'scp', path, name)).seconds),
    ]
    for (const go of turn % 2 === 0 ? both : both.reverse()) await go()
    bench.say(`  ${congestion}, loss ${loss}, reorder ${reorder}: ${JSON.stringify(by)}`)
  }
  await ends.close()
  return {
    ...one,
    oursSeconds: by.ours.map((seconds) => round(seconds, 1)),
    scpSeconds: by.scp.map((seconds) => round(seconds, 1)),
    ratioOfMedians: round(median(by.ours) / median(by.scp)),
  }
}

/** Seconds from the order to the end, over a new connection. */
async function bringOver(ends: Ends, path: string, name: string): Promise<number> {
  const near = ends.near()
  // Its process is up; its connection is not.
  await tell(near, { do: 'look', times: 0 })
  const { seconds } = await tell<Brought>(near, { do: 'bring', path, name, looks: false })
  assertThere(ends.far, path)
  await near.stop()
  return seconds
}
