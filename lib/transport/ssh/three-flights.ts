import type { Client, ClientChannel } from 'ssh2'
import type { Identity } from './keys.ts'
import type { PacedSocket } from './paced-socket.ts'

/**
 * Everything that touches what ssh2 1.17.0 keeps to itself (`client._protocol`, `client._remoteVer`, a channel's window).
 *
 * A cold connection in three flights: TCP; key exchange, host key verified; then service request, signed authentication, channel open, exec
 * and the first data in one flight, without waiting for an answer in between. A server handles packets in order; OpenSSH passes what it has
 * read ahead to the process of the session, and numbers the first channel of a session 0.
 */
export type Flight = {
  readonly account: string
  readonly identity: Identity
  readonly command: string
  /** What goes to the command's standard input with the login. */
  readonly first: Buffer
  /** The exec was confirmed. */
  readonly opened: (channel: ClientChannel) => void
  /** The channel or the exec was refused: nothing of `first` was read. */
  readonly refused: (detail: string) => void
}

/** `waiting`: nothing was sent ahead, ssh2 goes on in its own way. `flown`: all was sent. */
export type FlightState = 'pending' | 'waiting' | 'flown'

/** OpenSSH grants a session a first window of 2 MB (64 packets of 32 KB); more than this never goes ahead, bytes. */
const firstWindow = 1024 * 1024
/** Largest piece of channel data, well below the 32 KB of OpenSSH and of ssh2's server. */
const packetBytes = 16 * 1024

/** Servers known to take it: OpenSSH since 8.0 on any system; the lab calls itself one. */
export const takesThreeFlights = (software: string): boolean =>
  /^OpenSSH_(for_Windows_)?([89]|[1-9]\d)\./.test(software)

/** Call right after `client.connect`. The returned function says how far it came. */
export function armThreeFlights(client: Client, socket: PacedSocket, flight: Flight): () => FlightState {
  const protocol = protocolOf(client)
  const service = protocol.service.bind(protocol)
  let state: FlightState = 'pending'
  protocol.service = (name) => {
    const software: unknown = Reflect.get(client, '_remoteVer')
    quietAboutHostKeys(client)
    if (typeof software !== 'string' || !takesThreeFlights(software) || flight.first.length > firstWindow) {
      state = 'waiting'
      return service(name)
    }
    socket.cork()
    service(name)
    const rsa = flight.identity.publicKey.type === 'ssh-rsa'
    protocol.authPK(
      flight.account,
      flight.identity.publicKey,
      rsa ? 'rsa-sha2-256' : undefined,
      (data, sign) => {
        flight.identity.sign(data, rsa ? 'sha256' : undefined).then(
          (signature) => {
            if (socket.destroyed) return
            state = 'flown'
            sign(signature)
            sendAhead(client, protocol, flight)
            socket.uncork()
          },
          () => {
            state = 'waiting'
            socket.uncork()
          },
        )
      },
    )
  }
  return () => state
}

function sendAhead(client: Client, protocol: Protocol, flight: Flight): void {
  // ssh2 asks for the next method once the service is accepted; ours has been sent.
  protocol.authNone = () => restore(protocol, 'authNone')
  client.exec(flight.command, (error, channel) => {
    if (error) return flight.refused(error.message)
    const outgoing: unknown = Reflect.get(channel, 'outgoing')
    if (!isWindow(outgoing))
      throw new Error('Internal error: a channel of ssh2 has no outgoing window; is it 1.17.0?')
    if (outgoing.id !== 0) return flight.refused(`the server numbers its first channel ${outgoing.id}, not 0`)
    outgoing.window -= flight.first.length
    flight.opened(channel)
  })
  protocol.exec(0, flight.command, true)
  for (let at = 0; at < flight.first.length; at += packetBytes)
    protocol.channelData(0, flight.first.subarray(at, at + packetBytes))
  // Its answer is awaited by the exec above, which would send it a second time.
  protocol.exec = () => restore(protocol, 'exec')
}

/**
 * Runs a command on a channel of its own, on a connection that is up, and sends what it reads first right behind the request, without
 * waiting for its answer: where the command is refused nothing of it is read, and the channel closes.
 * @param opened hears of the channel once the command was asked for, or why there is none
 * @param refused hears that the command was refused after that
 */
export function execWith(
  client: Client,
  command: string,
  first: Buffer,
  opened: (error: Error | undefined, channel: ClientChannel | undefined) => void,
  refused: (error: Error) => void,
): void {
  const protocol = protocolOf(client)
  const exec = protocol.exec.bind(protocol)
  let sent = false
  let granted = (): void => undefined
  const askAhead: Protocol['exec'] = (id, asked, wantReply) => {
    exec(id, asked, wantReply)
    if (sent || asked !== command) return
    sent = true
    restore(protocol, 'exec')
    const channel = channelOf(client, id)
    const outgoing = windowOf(channel)
    // OpenSSH opens a session with no window and grants it with the command; what follows the command is within it.
    const credit = outgoing.window === 0 ? firstWindow : 0
    outgoing.window += credit
    const ahead = first.subarray(0, outgoing.window)
    for (let at = 0; at < ahead.length; at += packetBytes)
      protocol.channelData(id, ahead.subarray(at, at + packetBytes))
    outgoing.window -= ahead.length
    // What a smaller window doesn't take follows as the server grants more.
    if (ahead.length < first.length) channel.write(first.subarray(ahead.length))
    granted = () => payBack(outgoing, credit)
    opened(undefined, channel)
  }
  protocol.exec = askAhead
  client.exec(command, (error) => {
    // Refused before the command was asked for: the wrapping is still there.
    if (protocol.exec === askAhead) restore(protocol, 'exec')
    if (!error) return granted()
    if (sent) refused(error)
    else opened(error, undefined)
  })
}

/** Takes back what a window was given on credit. Where the server granted less than was used, what it grants next goes to that first. */
function payBack(outgoing: { window: number }, credit: number): void {
  let window = outgoing.window - credit
  const plain = (): void =>
    void Object.defineProperty(outgoing, 'window', { value: window, writable: true, configurable: true })
  if (window >= 0) return plain()
  // ssh2 waits for more only where it sees none at all.
  Object.defineProperty(outgoing, 'window', {
    configurable: true,
    get: () => 0,
    set: (seen: number) => {
      window += seen
      if (window >= 0) plain()
    },
  })
}

function windowOf(channel: ClientChannel): { id: number; window: number } {
  const outgoing: unknown = Reflect.get(channel, 'outgoing')
  if (!isWindow(outgoing))
    throw new Error('Internal error: a channel of ssh2 has no outgoing window; is it 1.17.0?')
  return outgoing
}

/** The channel that the server knows by this number. */
function channelOf(client: Client, id: number): ClientChannel {
  const channels: unknown = Reflect.get(Reflect.get(client, '_chanMgr') as object, '_channels')
  for (const channel of Object.values(channels as { readonly [id: string]: unknown })) {
    if (!isChannel(channel)) continue
    if (windowOf(channel).id === id) return channel
  }
  throw new Error(`Internal error: ssh2 keeps its channel ${id} elsewhere; expected version 1.17.0`)
}

const isChannel = (value: unknown): value is ClientChannel =>
  typeof value === 'object' && value !== null && 'stderr' in value && 'outgoing' in value

/** Without this, ssh2 answers OpenSSH's announcement of its other host keys with a request for proof: bytes for nothing. */
export const quietAboutHostKeys = (client: Client): void => void Reflect.set(client, '_remoteVer', '')

/** Own properties hide the methods of the class until they are deleted. */
const restore = (protocol: Protocol, method: 'authNone' | 'exec'): void =>
  void Reflect.deleteProperty(protocol, method)

type Protocol = {
  service(name: string): void
  authPK(
    user: string,
    key: Identity['publicKey'],
    algorithm: string | undefined,
    sign: (data: Buffer, done: (signature: Buffer) => void) => void,
  ): void
  authNone(user: string): void
  exec(channel: number, command: string, wantReply: boolean): void
  channelData(channel: number, data: Buffer): void
}

function protocolOf(client: Client): Protocol {
  const protocol: unknown = Reflect.get(client, '_protocol')
  if (!isProtocol(protocol))
    throw new Error('Internal error: ssh2 keeps its protocol elsewhere; expected version 1.17.0')
  return protocol
}

const isProtocol = (value: unknown): value is Protocol =>
  typeof value === 'object' &&
  value !== null &&
  ['service', 'authPK', 'authNone', 'exec', 'channelData'].every(
    (name) => typeof Reflect.get(value, name) === 'function',
  )

const isWindow = (value: unknown): value is { id: number; window: number } =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'window') === 'number' &&
  typeof Reflect.get(value, 'id') === 'number'
