import type { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { addressesOf, dial } from './dial.ts'
import { credentials, type Login, login, type LoginFailure } from './login.ts'
import { PacedSocket } from './paced-socket.ts'
import type { SshOptions, Target } from './target.ts'
import { WorkerChannel } from './worker-channel.ts'

/** Three flights where the host takes them, or one thing after the other. */
export type Manner = 'ahead' | 'waiting'

export type Order = {
  readonly command: string
  /** What the command reads first. */
  readonly first: Buffer
  readonly manner: Manner
}

/**
 * Why there is no channel. `ran: 'nothing'`: the command read nothing. `ran: 'unknown'`: `first` was sent ahead and the connection was lost.
 * `wait`: another try in the waiting manner may do.
 */
export type OpenFailure = {
  readonly failure: Failure
  readonly ran: 'nothing' | 'unknown'
  readonly wait: boolean
}

/** Opens a connection and runs one command on it. */
export async function openWorker(
  target: Target,
  order: Order,
  options: SshOptions,
): Promise<Result<WorkerChannel, OpenFailure>> {
  const held = await credentials(target, options)
  if (!held.ok) return nothingRan(held.error)
  const route = await openRoute(target, options)
  if (!route.ok) return nothingRan(route.error)
  const { socket, release } = route.value
  const opened = await new Promise<Result<{ channel: ClientChannel; session: Login }, OpenFailure>>(
    (settle) => {
      const limit = new AbortController()
      const end = (result: Result<{ channel: ClientChannel; session: Login }, OpenFailure>): void => {
        limit.abort()
        settle(result)
      }
      const refused = (detail: string): void => {
        const failure: OpenFailure = {
          failure: { kind: 'unreachable', host: target.id, detail: `no channel: ${detail}` },
          ran: 'nothing',
          wait: session.flight() === 'flown',
        }
        // A server that refuses the login may refuse the channel first; the login is the reason.
        void session.ready.then((ready) =>
          end(
            err(ready.ok || ready.error.end === 'lost' ? failure : failedLogin(target, session, ready.error)),
          ),
        )
      }
      const got = (channel: ClientChannel): void => end(ok({ channel, session }))
      const flight = { command: order.command, first: order.first, opened: got, refused }
      const session = login(
        target,
        socket,
        held.value,
        options,
        order.manner === 'ahead' ? flight : undefined,
      )
      const lost = (detail: string): void => end(err(lostDuring(target, session, detail)))
      session.client.on('close', () => lost('connection closed before the worker ran'))
      void session.ready.then((ready) => {
        if (!ready.ok) return end(err(failedLogin(target, session, ready.error)))
        if (session.flight() === 'flown') return
        if (socket.destroyed) return lost('connection closed after the login')
        session.client.exec(order.command, (error, channel) => {
          if (error) return refused(error.message)
          channel.write(order.first)
          got(channel)
        })
      })
      void expire(session, options, limit.signal).then((late) => {
        if (late) lost(`no worker within ${(options.loginMs ?? 60_000) / 1000} s`)
      })
    },
  )
  if (!opened.ok) {
    socket.destroy()
    release()
    return opened
  }
  return ok(
    new WorkerChannel(
      opened.value.session.client,
      opened.value.channel,
      socket,
      release,
      opened.value.session.flight() === 'flown',
    ),
  )
}

export type Route = { readonly socket: PacedSocket; readonly release: () => void }

/** The byte stream to a host: a socket, or a channel of its jump host. Off-limits addresses are refused right before it opens. */
export async function openRoute(target: Target, options: SshOptions): Promise<Result<Route, Failure>> {
  const pace = (bytes: number): Promise<void> => target.door.pace(bytes, 'control')
  if (target.jump === undefined) {
    const socket = await dial(target, options)
    return socket.ok ? ok({ socket: new PacedSocket(socket.value, pace), release: () => undefined }) : socket
  }
  const jump = await openJump(target.jump, options)
  if (!jump.ok) return jump
  const addresses = await addressesOf(target, options)
  const [address] = addresses.ok ? addresses.value : []
  const release = (): void => void jump.value.end()
  if (!addresses.ok) release()
  if (!addresses.ok) return addresses
  const channel = await new Promise<Duplex | string>((done) => {
    jump.value.on('close', () => done('connection to the jump host lost'))
    jump.value.forwardOut('127.0.0.1', 0, address ?? target.address, target.port, (error, stream) =>
      done(error ? error.message : stream),
    )
  })
  if (typeof channel === 'string') {
    release()
    return err({ kind: 'unreachable', host: target.id, detail: `through ${target.jump.id}: ${channel}` })
  }
  const paced = target.jump.door.id === target.door.id ? async (): Promise<void> => undefined : pace
  return ok({ socket: new PacedSocket(channel, paced), release })
}

async function openJump(jump: Target, options: SshOptions): Promise<Result<Login['client'], Failure>> {
  const held = await credentials(jump, options)
  if (!held.ok) return held
  const route = await openRoute(jump, options)
  if (!route.ok) return route
  const session = login(jump, route.value.socket, held.value, options)
  const limit = new AbortController()
  const late = expire(session, options, limit.signal).then((): Result<void, LoginFailure> =>
    err(lateLogin(jump)),
  )
  const ready = await Promise.race([session.ready, late])
  limit.abort()
  if (!ready.ok) {
    route.value.socket.destroy()
    route.value.release()
    return err(ready.error.failure)
  }
  session.client.on('close', route.value.release)
  return ok(session.client)
}

const lateLogin = (target: Target): LoginFailure => ({
  failure: { kind: 'unreachable', host: target.id, detail: 'no answer to the login' },
  end: 'lost',
  others: false,
})

/** True once the time for the login is over; time in which a person is asked starts it anew. */
async function expire(session: Login, options: SshOptions, abort: AbortSignal): Promise<boolean> {
  for (;;) {
    if (!(await options.clock.sleep(options.loginMs ?? 60_000, abort))) return false
    if (!session.asking()) return true
  }
}

/** The server's word that it refused the login, or hung up before it, proves that nothing ran. */
function failedLogin(target: Target, session: Login, { failure, end, others }: LoginFailure): OpenFailure {
  if (end === 'lost')
    return lostDuring(target, session, failure.kind === 'unreachable' ? failure.detail : failure.kind)
  const hungUp = failure.kind === 'unreachable' && session.flight() === 'flown'
  return { failure, ran: 'nothing', wait: others || hungUp }
}

const lostDuring = (target: Target, session: Login, detail: string): OpenFailure =>
  session.flight() === 'flown'
    ? { failure: { kind: 'unknown', host: target.id, detail }, ran: 'unknown', wait: false }
    : { failure: { kind: 'unreachable', host: target.id, detail }, ran: 'nothing', wait: false }

const nothingRan = (failure: Failure): Result<never, OpenFailure> =>
  err({ failure, ran: 'nothing', wait: false })
