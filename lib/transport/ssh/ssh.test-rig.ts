import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type ServerChannel } from 'ssh2'
import type { LinkDoor } from '../../link/door.ts'
import type { Target } from './target.ts'

/** An ed25519 key pair. One in 256 that ssh2 1.17.0 makes can't be read back, so it is tried first. */
export function newKey(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

/** What the test's server does at a login. */
export type Manners = {
  /** Identification string; default: an OpenSSH. */
  readonly ident?: string
  readonly answer?: (context: AuthContext) => void
  /** A channel is asked for. Default: taken. */
  readonly session?: 'refuse'
  readonly exec?: 'refuse'
  /** Another host key than the pinned one. */
  readonly otherHostKey?: boolean
  /** Lets direct-tcpip channels through, as a jump host. */
  readonly forwards?: boolean
}

/** One exec channel as the server's side sees it. */
export class FarChannel {
  readonly channel: ServerChannel
  readonly command: string
  readonly socket: Socket
  readonly #lines: string[] = []
  #rest = ''
  #wake: () => void = () => undefined

  constructor(channel: ServerChannel, command: string, socket: Socket) {
    this.channel = channel
    this.command = command
    this.socket = socket
    channel.on('data', (bytes: Buffer) => {
      const parts = (this.#rest + bytes.toString('latin1')).split('\n')
      this.#rest = parts.pop() ?? ''
      this.#lines.push(...parts)
      this.#wake()
    })
  }

  /** The next line that the client wrote. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) return line
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  say(text: string): void {
    this.channel.write(text)
  }
}

/** A real SSH server whose every answer the test decides. */
export class SshRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'chancery-ssh-'))
  readonly key = join(this.folder, 'key')
  readonly knownHosts = join(this.folder, 'known_hosts')
  readonly user = newKey()
  readonly host = newKey()
  readonly other = newKey()
  /** Methods that clients tried, in order; `publickey?` is a query without a signature. */
  readonly tried: string[] = []
  readonly sockets: Socket[] = []
  /** Addresses that were reached through it. */
  readonly forwarded: string[] = []
  manners: Manners
  port = 0
  #tcp: Server | undefined
  readonly #channels: FarChannel[] = []
  #wake: () => void = () => undefined

  constructor(manners: Manners = {}) {
    this.manners = manners
  }

  async start(): Promise<this> {
    const tcp = createServer((socket) => this.#serve(socket))
    this.#tcp = tcp
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
    const address = tcp.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    writeFileSync(this.key, this.user.private, { mode: 0o600 })
    writeFileSync(this.knownHosts, `[127.0.0.1]:${this.port} ${this.host.public}\n`)
    return this
  }

  target(door: LinkDoor, more: Partial<Target> = {}): Target {
    return {
      id: 'far',
      address: '127.0.0.1',
      port: this.port,
      account: 'chancery',
      key: this.key,
      door,
      ...more,
    }
  }

  /** The next exec channel that a client opens. */
  async channel(): Promise<FarChannel> {
    for (;;) {
      const channel = this.#channels.shift()
      if (channel !== undefined) return channel
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Takes no more connections and drops those there are. */
  async goDown(): Promise<void> {
    const tcp = this.#tcp
    this.#tcp = undefined
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => (tcp === undefined ? resolve(undefined) : tcp.close(resolve)))
  }

  async stop(): Promise<void> {
    await this.goDown()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket)
    socket.on('error', () => undefined)
    const { ident = 'OpenSSH_9.5 rig', otherHostKey, answer, session: takes, forwards } = this.manners
    const server = new ssh2.Server(
      { hostKeys: [(otherHostKey ? this.other : this.host).private], ident },
      (client) => {
        client.on('error', () => undefined)
        client.on('authentication', (context) => {
          this.tried.push(
            context.method === 'publickey' && context.signature === undefined ? 'publickey?' : context.method,
          )
          if (answer !== undefined) answer(context)
          else if (context.method === 'publickey') context.accept()
          else context.reject(['publickey'])
        })
        client.on('session', (accept, reject) => {
          if (takes === 'refuse') return reject()
          accept().on('exec', (acceptExec, rejectExec, info) => {
            if (this.manners.exec === 'refuse') return rejectExec()
            this.#channels.push(new FarChannel(acceptExec(), info.command, socket))
            this.#wake()
          })
        })
        client.on('tcpip', (accept, reject, info) => {
          if (!forwards) return reject()
          this.forwarded.push(`${info.destIP}:${info.destPort}`)
          const through = accept()
          const onward = connect({ host: info.destIP, port: info.destPort })
          onward.on('error', () => through.close())
          through.pipe(onward).pipe(through)
        })
      },
    )
    server.on('error', () => undefined)
    const inject: unknown = Reflect.get(server, 'injectSocket')
    if (typeof inject !== 'function') throw new Error('this ssh2 has no injectSocket')
    Reflect.apply(inject, server, [socket])
  }
}

/** A link without limits, which notes what it was told and what passed. */
export class NotingDoor implements LinkDoor {
  readonly id: string
  readonly pieces: number[] = []
  readonly told: string[] = []

  constructor(id = 'link') {
    this.id = id
  }

  run<T>(_priority: 'control' | 'bulk', job: () => Promise<T>): Promise<T> {
    return job()
  }

  pace(bytes: number): Promise<void> {
    this.pieces.push(bytes)
    return Promise.resolve()
  }

  succeeded(): void {
    this.told.push('succeeded')
  }

  failed(because: string): void {
    this.told.push(`failed: ${because}`)
  }
}
