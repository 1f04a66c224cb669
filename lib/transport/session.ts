import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import type { Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import type { LinkDoor } from '../link/door.ts'
import type { BulkPort } from './delivery/bulk-port.ts'
import { HostSession } from './host-session.ts'
import { type HostMemory, processMemory } from './memory.ts'
import type { HostPort } from './port.ts'
import { hostKeyOf, type ShownKey } from './ssh/host-key.ts'
import type { Sender } from './wire.ts'
import type { Allowed, AskSecret, Target } from './ssh/target.ts'

/** How a host is reached, as the inventory says it. */
export type HostAddress = {
  readonly address: string
  readonly port: number
  /** Where it is reached over the line in use, asked at each connection; its key is pinned under `address` all the same. */
  readonly over?: () => { readonly address: string; readonly port: number } | undefined
  readonly account: string
  /** Private key file, or public key file whose private half the SSH agent holds; absent = the SSH agent. */
  readonly key?: string
  /** Host id of a jump host. */
  readonly jump?: string
}

export type TransportOptions = {
  readonly resolve: (host: string) => HostAddress
  /** known_hosts file, OpenSSH format. */
  readonly knownHosts: string
  readonly allowed: Allowed
  readonly door: (host: string) => LinkDoor
  readonly emit: Emit
  readonly clock: Clock
  /** Default: for the life of the process. */
  readonly memory?: HostMemory
  readonly askSecret?: AskSecret
  /** From where hosts are managed and whose process this is; absent = frames don't say, and hosts keep no record of it. */
  readonly sender?: Pick<Sender, 'from' | 'by'>
  /** Address of the SSH agent; default from the environment. */
  readonly agent?: string
  /** A connection is kept this long after its last exchange, ms; default 60,000. */
  readonly idleMs?: number
  /** Without a byte for this long while an answer is due, a connection counts as lost, ms; default 120,000. */
  readonly silenceMs?: number
  /** Until a socket is open, ms; default 20,000. */
  readonly dialMs?: number
  /** From the open socket to the running worker, ms; default 60,000. */
  readonly loginMs?: number
}

export type Transport = {
  /** The same port for the same host, always. */
  host(id: string): HostPort
  /** The same host as the delivery of contents sees it: channels beside the worker's, on its connection. */
  bulk(id: string): BulkPort
  /** The key that a host shows, pinned or not; nothing of a login is sent. */
  hostKey(id: string): Promise<Result<ShownKey, Failure>>
  /** Ends the connection of a host, or only one that is idle: what comes next opens another one, over the line in use by then. */
  reconnect(id: string, why: string, which: 'any' | 'idle'): void
  /** Ends every connection. */
  close(): Promise<void>
}

/** The hosts of an estate over SSH. */
export function createTransport(options: TransportOptions): Transport {
  const { clock, emit, idleMs = 60_000, silenceMs = 120_000, memory = processMemory() } = options
  const hosts = new Map<string, HostSession>()
  const session = (id: string): HostSession => {
    const known = hosts.get(id)
    if (known !== undefined) return known
    const made = new HostSession(targetOf(id, options), {
      ssh: options,
      clock,
      emit,
      memory,
      idleMs,
      silenceMs,
      ...(options.sender === undefined ? {} : { sender: options.sender }),
    })
    hosts.set(id, made)
    return made
  }
  return {
    host: session,
    bulk: session,
    hostKey: (id) => hostKeyOf(targetOf(id, options), options),
    reconnect: (id, why, which) => hosts.get(id)?.reconnect(why, which),
    async close() {
      await Promise.all([...hosts.values()].map((session) => session.close()))
    },
  }
}

function targetOf(id: string, options: TransportOptions, through: readonly string[] = []): Target {
  if (through.includes(id))
    throw new Error(`Internal error: jump hosts in a circle: ${[...through, id].join(' → ')}`)
  const { jump, ...address } = options.resolve(id)
  return {
    id,
    ...address,
    door: options.door(id),
    ...(jump === undefined ? {} : { jump: targetOf(jump, options, [...through, id]) }),
  }
}
