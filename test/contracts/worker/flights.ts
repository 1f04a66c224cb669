import { createHash } from 'node:crypto'
import { writeFileSync, readFileSync } from 'node:fs'
import { systemClock } from '../../../lib/domain/clock.ts'
import { processMemory } from '../../../lib/transport/memory.ts'
import type { Answer } from '../../../lib/transport/port.ts'
import { createTransport } from '../../../lib/transport/session.ts'
import { openDoor, type Reach } from './over-ssh.ts'
import { startRelay, type Burst } from './relay.ts'
import { scripts } from './transcript.ts'

/** What one cold exchange of twenty observations took. */
export type ColdExchange = {
  readonly answer: Answer
  /** The client's bursts up to the last reply: each costs a round trip. */
  readonly bursts: readonly Burst[]
  /** Those from its NEWKEYS on: the flights after the key exchange. */
  readonly afterKeys: number
}

/** Exchanges a frame over a new connection through a slow line, in three flights or waiting for each answer. */
export async function coldExchange(reach: Reach, waiting: boolean, delayMs: number): Promise<ColdExchange> {
  const relay = await startRelay(reach.port, delayMs)
  const knownHosts = `${reach.knownHosts}.relay`
  writeFileSync(
    knownHosts,
    readFileSync(reach.knownHosts, 'utf8').replace(`:${reach.port} `, `:${relay.port} `),
  )
  const memory = processMemory()
  if (waiting) memory.setWaits('host')
  const transport = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: relay.port, account: reach.account, key: reach.key }),
    knownHosts,
    allowed: () => ({ ok: true, value: undefined }),
    door: () => openDoor,
    emit: () => undefined,
    clock: systemClock,
    memory,
  })
  const text = scripts.get('echo') ?? ''
  const script = createHash('sha256').update(text).digest('hex')
  try {
    const ops = Array.from({ length: 20 }, (_, number) => ({
      op: 'observe' as const,
      key: `flights-${number}`,
      script,
      params: { text: `step ${number}`, number, list: [] },
    }))
    const answer = await transport
      .host('host')
      .exchange({ scripts: new Map([[script, text]]), guards: [], ops })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    const bursts = [...relay.bursts()]
    const keys = bursts.findIndex((burst) => burst.newKeys)
    return { answer: answer.value, bursts, afterKeys: keys < 0 ? -1 : bursts.length - keys }
  } finally {
    await transport.close()
    await relay.close()
  }
}
