import { systemClock } from '../../../lib/domain/clock.ts'
import { openWorker } from '../../../lib/transport/ssh/connect.ts'
import type { SshOptions, Target } from '../../../lib/transport/ssh/target.ts'
import type { LinkDoor } from '../../../lib/link/door.ts'
import { LineDecoder } from '../../../lib/transport/lines.ts'
import { workerCommand, workerLine } from '../../../lib/transport/worker/payload.ts'
import { marker } from '../../../lib/transport/wire.ts'
import type { Conversation } from './transcript.ts'

/** A link without limits. */
export const openDoor: LinkDoor = {
  id: 'open',
  run: (_priority, job) => job(),
  pace: () => Promise.resolve(),
  succeeded: () => undefined,
  failed: () => undefined,
}

/** What is needed to reach a test's host. */
export type Reach = {
  readonly port: number
  readonly account: string
  readonly key: string
  readonly knownHosts: string
}

export const targetOf = ({ port, account, key }: Reach): Target => ({
  id: 'host',
  address: '127.0.0.1',
  port,
  account,
  key,
  door: openDoor,
})
export const optionsOf = ({ knownHosts }: Reach): SshOptions => ({
  knownHosts,
  clock: systemClock,
  allowed: () => ({ ok: true, value: undefined }),
})

/** Starts a worker on a host over SSH and gives raw lines. `source`: the line that carries it. */
export async function converse(reach: Reach, source = workerLine()): Promise<Conversation> {
  const order = {
    command: workerCommand,
    first: Buffer.from(`${source}\n`),
    manner: 'waiting' as const,
  }
  const opened = await openWorker(targetOf(reach), order, optionsOf(reach))
  if (!opened.ok) throw new Error(`no worker: ${JSON.stringify(opened.error)}`)
  const channel = opened.value
  const decoder = new LineDecoder()
  const lines: string[] = []
  let noise = ''
  let over: string | undefined
  let wake: () => void = () => undefined
  channel.listen({
    bytes: (bytes) => {
      const decoded = decoder.push(bytes)
      if (decoded === 'oversized') throw new Error('oversized line')
      for (const one of decoded) {
        if (one.kind === 'ours') lines.push(marker + one.json)
        else noise += `${one.text}\n`
      }
      wake()
    },
    noise: (bytes) => void (noise += bytes.toString()),
    closed: (detail) => {
      over = detail
      wake()
    },
  })
  const until = async (enough: () => boolean): Promise<void> => {
    while (!enough()) {
      if (over !== undefined) throw new Error(`the worker ended: ${over}\n${lines.join('\n')}\n${noise}`)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  await until(() => lines.length > 0)
  return {
    hello: lines.splice(0)[0] ?? '',
    async say(line, silent) {
      channel.write(`${line}\n`)
      if (silent) return []
      await until(() => lines.some((text) => text.startsWith(`${marker}{"frame":`)))
      return lines.splice(0)
    },
    end: () => channel.close('the test is over'),
  }
}
