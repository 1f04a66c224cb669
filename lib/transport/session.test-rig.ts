import { inflateRawSync } from 'node:zlib'
import { afterEach, expect } from 'vitest'
import type { Clock } from '../domain/clock.ts'
import { systemClock } from '../domain/clock.ts'
import type { Event } from '../domain/event.ts'
import { ok } from '../domain/result.ts'
import { type HostMemory, processMemory } from './memory.ts'
import type { Exchange, HostPort, OpBody } from './port.ts'
import { createTransport, type Transport } from './session.ts'
import { type FarChannel, type Manners, NotingDoor, SshRig } from './ssh/ssh.test-rig.ts'
import { type Frame, marker, wireVersion } from './wire.ts'

/** Hash of the only script. */
export const script = 'a'.repeat(64)
const look = { key: 'k', script, params: {} }
export const observe = { op: 'observe', ...look } satisfies OpBody
export const apply = { op: 'apply', ...look, expect: 'absent', own: null, steps: [] } satisfies OpBody
/** A request of these operations. */
export const asking = (...ops: readonly OpBody[]): Exchange => ({
  scripts: new Map([[script, 'param($p)']]),
  guards: [],
  ops,
})

/** What the worker says first. */
export const hello = `${marker}{"hello":${wireVersion},"ps":"5.1","time":"2026-01-01T00:00:00.000Z","pid":4}\n`
/** The answer to a look. */
export const seen = (id: number): string =>
  `${marker}{"id":${id},"ok":true,"op":"observe","warnings":[],"hash":"absent","seen":null,"owner":null}\n`
/** The end of a frame. */
export const end = (frame: number, more = '"ok":true'): string =>
  `${marker}{"frame":${frame},${more},"ms":5}\n`

export type Scene = {
  readonly rig: SshRig
  readonly door: NotingDoor
  readonly memory: HostMemory
  readonly events: Event[]
  readonly port: HostPort
  readonly transport: Transport
}
const scenes: Scene[] = []
afterEach(async () => {
  for (const { rig, transport } of scenes.splice(0)) {
    await transport.close()
    await rig.stop()
  }
})

/** A host that a test plays, and the transport that reaches it; both end with the test. */
export async function scene(
  manners: Manners = {},
  clock: Clock = systemClock,
  door = new NotingDoor(),
): Promise<Scene> {
  const rig = await new SshRig(manners).start()
  const events: Event[] = []
  const memory = processMemory()
  const transport = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: rig.port, account: 'chancery', key: rig.key }),
    knownHosts: rig.knownHosts,
    allowed: () => ok(undefined),
    door: () => door,
    emit: (event) => events.push(event),
    clock,
    memory,
    idleMs: 60_000,
    silenceMs: 120_000,
  })
  const made = { rig, door, memory, events, transport, port: transport.host('far') }
  scenes.push(made)
  return made
}

/** The frame that the client wrote last. */
export async function frame(far: FarChannel): Promise<Frame> {
  const line = await far.line()
  return JSON.parse(
    line.startsWith('z') ? inflateRawSync(Buffer.from(line.slice(1), 'base64')).toString() : line,
  )
}

/** Takes the worker's source and greets. */
export async function worker(rig: SshRig): Promise<FarChannel> {
  const far = await rig.channel()
  expect((await far.line()).length).toBeGreaterThan(1000)
  far.say(hello)
  return far
}

/** Waits for what other turns of the event loop bring about. */
export async function until(seenIt: () => boolean): Promise<void> {
  while (!seenIt()) await new Promise<void>((resolve) => setImmediate(resolve))
}
