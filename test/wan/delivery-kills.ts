import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { receiverCommand } from '../../lib/transport/delivery/wire.ts'
import { chunkBytesFor } from '../../lib/transport/delivery/sizes.ts'
import type { Brought, BroughtSoFar } from './delivery-near.ts'
import { assertThere, type Bench, incompressible, type Line, openEnds } from './delivery-rows.ts'

const kills = 20
const megabytes = 16

/** Each end is killed in turn at twenty random points of one content; a new process, or a new channel, goes on. */
export async function measureKills(bench: Bench): Promise<object> {
  const line: Line = { rttMs: 60, kbitPerS: 8000, budgetKbitPerS: 7600, queueKb: 256, congestion: 'cubic' }
  const ends = await openEnds(bench, line)
  const path = incompressible(ends.folder, 'killed', megabytes)
  const size = megabytes * 1024 * 1024
  const seed = Number(process.env['SEED'] ?? Date.now() % 100_000)
  const points = randomPoints(seed, size)
  const command = JSON.stringify({ do: 'bring', path, name: 'killed', looks: false, at: true })
  let at = 0
  let near = ends.near()
  const lost: number[] = []
  let asking = near.ask<Brought | BroughtSoFar>(command)
  const next = (): Promise<Brought | BroughtSoFar> => {
    const now = asking
    asking = now.then(() => near.next<Brought | BroughtSoFar>())
    asking.catch(() => undefined)
    return now
  }
  let done: Brought | undefined
  for (const [turn, point] of points.entries()) {
    while (at < point && done === undefined) {
      const said = await next()
      if ('at' in said) at = said.at
      else done = said
    }
    // Home is told late of how far it is: the last kills may come after the end.
    if (done !== undefined) break
    if (turn % 2 === 0) {
      near.end('SIGKILL')
      await near.ended
      near = ends.near()
      asking = near.ask(command)
    } else killReceivers(ends.emulator.at('site', [])[3] ?? '')
    const said = await next()
    if (!('at' in said)) {
      done = said
      break
    }
    // The first chunk after a kill ends one chunk behind where it was taken up.
    lost.push(Math.max(0, at - said.at))
    at = Math.max(at, said.at)
  }
  while (done === undefined) {
    const said = await next()
    if (!('at' in said)) done = said
  }
  assertThere(ends.far, path)
  await ends.close()
  return {
    seed,
    kills: lost.length,
    chunkBytes: chunkBytesFor(line.budgetKbitPerS),
    acknowledgedBytesLost: Math.max(...lost),
    identical: true,
  }
}

/** Points in order, from a seed (a linear congruence). */
function randomPoints(seed: number, size: number): readonly number[] {
  let state = seed
  const points = Array.from({ length: kills }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * size * 0.85)
  })
  return points.sort((a, b) => a - b)
}

/** The receivers at the site: processes of its network namespace that run our command. */
function killReceivers(space: string): void {
  const encoded = receiverCommand.split(' ').at(-1) ?? ''
  const pids = execFileSync('ip', ['netns', 'pids', space])
    .toString()
    .split('\n')
    .filter((pid) => pid !== '')
  for (const pid of pids) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      if (command.includes(encoded) && /pwsh/.test(command.split('\0')[0] ?? ''))
        process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended by itself.
      continue
    }
  }
}
