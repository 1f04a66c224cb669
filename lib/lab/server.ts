import { createServer, type Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2'
import type { Clock } from '../domain/clock.ts'
import { type AtBoundary, WorkerChannel } from './channel.ts'
import { runByHand, scriptByHand } from './by-hand.ts'
import type { Executor } from './executor.ts'
import type { FarEnd } from './far-end.ts'
import type { Faults } from './faults.ts'
import { FrameLock } from './frame-lock.ts'
import type { LabLink } from './link.ts'
import { receiverCommand } from '../transport/delivery/wire.ts'
import { ContentLocks } from './receiver/content-locks.ts'
import { serveReceiver } from './receiver-channel.ts'
import type { Worker } from './worker.ts'
import type { World } from './world/world.ts'

/** What has crossed a host's line since the lab started. Bytes are those of TCP's payload. */
export type LabCounters = {
  connections: number
  logins: number
  frames: number
  operations: number
  /** Of what arrived, bytes in channels of deliveries. */
  bulkBytes: number
  bytesUp: number
  bytesDown: number
}

export type ServerParts = {
  readonly account: string
  /** OpenSSH public line of the key that may log in. */
  readonly authorizedKey: string
  /** Private host key, OpenSSH PEM, and another one for `host-key-changed`. */
  readonly hostKey: string
  readonly otherHostKey: string
  readonly world: World
  readonly link: LabLink
  readonly faults: Faults
  readonly clock: Clock
  readonly waits: boolean
  readonly newWorker: () => Worker
  /** Runs what a person types. */
  readonly executor: Executor
  readonly boundary: () => AtBoundary | undefined
  /** A script has asked for a restart in so many seconds. */
  readonly restart: (seconds: number) => void
}

/** Most channels a connection may have open, as sshd's MaxSessions. */
const maxSessions = 10
const ident = 'OpenSSH_9.5 chancery-lab'

/** The SSH server of one lab host. It answers packets in order and at once, so a client may send everything after the key exchange in one write. */
export class LabServer {
  readonly #parts: ServerParts
  readonly #key: ParsedKey
  readonly #tcp = createServer((socket) => void this.#accept(socket))
  readonly #ends = new Set<FarEnd>()
  readonly #counters: LabCounters = {
    connections: 0,
    logins: 0,
    frames: 0,
    operations: 0,
    bulkBytes: 0,
    bytesUp: 0,
    bytesDown: 0,
  }
  readonly #lock: FrameLock
  readonly #contentLocks: ContentLocks
  #boots = 0
  #pid = 4000
  #carrier: number | undefined
  /** False while the host restarts: connections are refused. */
  up = true

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#lock = new FrameLock(parts.clock)
    this.#contentLocks = new ContentLocks(parts.clock)
    this.#carrier = parts.world.network.carrier
    const key = ssh2.utils.parseKey(parts.authorizedKey)
    if (key instanceof Error)
      throw new Error(`Internal error: authorized key of ${parts.world.computerName}: ${key.message}`)
    this.#key = Array.isArray(key) ? (key[0] as ParsedKey) : key
  }

  get counters(): LabCounters {
    const open = (way: 'up' | 'down'): number => [...this.#ends].reduce((sum, end) => sum + end.bytes[way], 0)
    return {
      ...this.#counters,
      bytesUp: this.#counters.bytesUp + open('up'),
      bytesDown: this.#counters.bytesDown + open('down'),
    }
  }

  /** Listens there; resolves with the port. */
  listen(port: number, address = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#tcp.once('error', reject)
      this.#tcp.listen(port, address, () => {
        this.#tcp.off('error', reject)
        const bound = this.#tcp.address()
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
      })
    })
  }

  /** The host goes down: its processes end, its sessions drop, connections are refused. */
  down(): void {
    this.up = false
    this.#boots += 1
    this.drop()
  }

  /** Drops every session. */
  drop(): void {
    for (const end of this.#ends) end.cut()
  }

  async close(): Promise<void> {
    this.up = false
    this.#boots += 1
    const closed = new Promise<void>((resolve) => this.#tcp.close(() => resolve()))
    this.drop()
    await closed
  }

  async #accept(socket: Socket): Promise<void> {
    const { link, faults, world } = this.#parts
    socket.on('error', () => socket.destroy())
    this.#counters.connections += 1
    if (
      !this.up ||
      !world.network.reachable ||
      !world.services.running('sshd') ||
      faults.standing('refuse-connection') !== undefined
    ) {
      socket.resetAndDestroy()
      return
    }
    const end = await link.carry(socket)
    if (end === undefined || !this.up) {
      socket.destroy()
      return
    }
    this.#ends.add(end)
    end.on('close', () => {
      this.#ends.delete(end)
      this.#counters.bytesUp += end.bytes.up
      this.#counters.bytesDown += end.bytes.down
    })
    this.#ssh(end)
  }

  #ssh(end: FarEnd): void {
    const { faults, hostKey, otherHostKey } = this.#parts
    const key = faults.standing('host-key-changed') === undefined ? hostKey : otherHostKey
    const server = new ssh2.Server({ hostKeys: [key], ident, keepaliveInterval: 0 })
    server.on('connection', (connection: Connection) => {
      connection.on('error', () => end.cut())
      connection.on('authentication', (context) => this.#authenticate(context))
      this.#sessions(connection, end)
    })
    server.on('error', () => end.cut())
    inject(server, end)
  }

  #authenticate(context: AuthContext): void {
    const { account, faults } = this.#parts
    if (context.method !== 'publickey') return context.reject(['publickey'])
    const known =
      context.username.toLowerCase() === account.toLowerCase() &&
      context.key.algo === this.#key.type &&
      context.key.data.equals(this.#key.getPublicSSH()) &&
      faults.standing('login-refused') === undefined
    if (!known) return context.reject(['publickey'])
    if (context.signature === undefined || context.blob === undefined) return context.accept()
    if (this.#key.verify(context.blob, context.signature, context.hashAlgo) !== true)
      return context.reject(['publickey'])
    this.#counters.logins += 1
    context.accept()
  }

  /** The line goes silent for a while after the session's address has moved to another adapter. */
  #blink(end: FarEnd): void {
    const { world, faults, link, clock } = this.#parts
    const moved = world.network.carrier !== this.#carrier
    this.#carrier = world.network.carrier
    const blink = faults.standing('network-blink')
    if (!moved || blink === undefined) return
    void end.flushed().then(async () => {
      link.cut()
      await clock.sleep(blink.value)
      link.restore()
    })
  }

  /** What a script asked for or caused beyond its own answer: a restart, the end of every session, a silent line. */
  #settle(end: FarEnd): void {
    const { world, restart } = this.#parts
    const { restartIn } = world
    if (restartIn !== undefined) void end.flushed().then(() => restart(restartIn))
    if (!world.network.reachable) this.drop()
    else this.#blink(end)
  }

  #sessions(connection: Connection, end: FarEnd): void {
    let open = 0
    connection.on('session', (accept, reject) => {
      if (open >= maxSessions || this.#parts.faults.standing('session-limit') !== undefined) return reject()
      open += 1
      const session = accept()
      session.on('close', () => (open -= 1))
      session.on('exec', (acceptExec, rejectExec, info) => {
        const boot = this.#boots
        const { clock, faults, world, link, newWorker, restart, waits } = this.#parts
        if (info.command === receiverCommand) {
          return serveReceiver(acceptExec(), {
            world,
            clock,
            faults,
            locks: this.#contentLocks,
            pid: (this.#pid += 4),
            counters: this.#counters,
            cut: () => end.cut(),
            cutLink: () => link.cut(),
          })
        }
        if (!isBootstrap(info.command)) {
          const script = scriptByHand(info.command)
          if (script === undefined) return rejectExec()
          runByHand(acceptExec(), this.#parts.executor, script)
          return this.#settle(end)
        }
        new WorkerChannel(acceptExec(), {
          clock,
          faults,
          worker: newWorker(),
          pid: (this.#pid += 4),
          counters: this.#counters,
          lock: this.#lock,
          boundary: this.#parts.boundary,
          gone: () => boot !== this.#boots,
          takeSlept: () => (waits ? world.takeSlept() : 0),
          takeConsole: () => world.console.splice(0),
          cut: (when) => (when === 'now' ? end.cut() : end.cutWhenFlushed()),
          restart: () => restart(0),
          cutLink: () => void end.flushed().then(() => link.cut()),
          afterFrame: () => this.#settle(end),
        })
      })
    })
  }
}

/** Hands a stream that is no socket to a server; not in ssh2's type declarations. */
function inject(server: ssh2.Server, end: FarEnd): void {
  const injectSocket: unknown = Reflect.get(server, 'injectSocket')
  if (typeof injectSocket !== 'function') throw new Error('Internal error: this ssh2 has no injectSocket')
  Reflect.apply(injectSocket, server, [end])
}

/** The command of our own worker: PowerShell with an encoded script that inflates its first line of input. */
function isBootstrap(command: string): boolean {
  const encoded =
    /^powershell\.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ([A-Za-z0-9+/]+={0,2})$/i.exec(
      command,
    )?.[1]
  if (encoded === undefined) return false
  const script = Buffer.from(encoded, 'base64').toString('utf16le')
  return script.includes('[Console]::In') && script.includes('DeflateStream')
}
