import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { receiverCommand } from '../../lib/transport/delivery/wire.ts'
import { chunkBytesFor } from '../../lib/transport/delivery/sizes.ts'
import type { Brought, BroughtSoFar } from './delivery-near.ts'
import { assertThere, type Bench, incompressible, type Line, openEnds } from './delivery-rows.ts'

const kills = 20
const megabytes = 12

/** Each end is killed in turn at twenty random points of one content; a new process, or a new channel, goes on. */
export async function measureKills(bench: Bench): Promise<object> {
  const line: Line = { rttMs: 60, kbitPerS: 2000, budgetKbitPerS: 1900, queueKb: 64, congestion: 'cubic' }
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
  if (lost.length < kills)
    throw new Error(`kills: expected ${kills}, the content had arrived after ${lost.length} (SEED=${seed})`)
  return {
    seed,
    kills: lost.length,
    chunkBytes: chunkBytesFor(line.budgetKbitPerS),
    acknowledgedBytesLost: Math.max(...lost),
    identical: true,
  }
}

/** Points in order, from a seed: the first bytes of hashes of it. */
function randomPoints(seed: number, size: number): readonly number[] {
  const points = Array.from({ length: kills }, (_, index) => {
    const hash = createHash('sha256').update(`${seed} ${index}`).digest()
    return Math.floor((hash.readUInt32LE(0) / 2 ** 32) * size * 0.7)
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
