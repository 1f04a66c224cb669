import type { ClientChannel } from 'ssh2'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { stopped } from './dial.ts'
import { credentials, type Login, login, type LoginFailure } from './login.ts'
import { expire, openRoute } from './route.ts'
import type { SshOptions, Stops, Target } from './target.ts'
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
  stops: Stops = {},
): Promise<Result<WorkerChannel, OpenFailure>> {
  const held = await credentials(target, options)
  if (!held.ok) return nothingRan(held.error)
  const route = await openRoute(target, options, stops)
  if (!route.ok) return nothingRan(route.error)
  const { socket, release } = route.value
  const interrupted = nothingRan({ kind: 'interrupted', host: target.id })
  const opened = await new Promise<Result<WorkerChannel, OpenFailure>>((settle) => {
    const limit = new AbortController()
    const end = (result: Result<WorkerChannel, OpenFailure>): void => {
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
      void session.ready.then((ready) => {
        const byLogin = !ready.ok && ready.error.end === 'refused'
        end(err(byLogin ? failedLogin(target, session, ready.error) : failure))
      })
    }
    const got = (channel: ClientChannel): void => {
      const ahead = session.flight() === 'flown'
      const worker = new WorkerChannel(session.client, channel, socket, release, ahead)
      if (!ahead) channel.write(order.first)
      end(ok(worker))
    }
    const flight = { command: order.command, first: order.first, opened: got, refused }
    const session = login(target, socket, held.value, options, order.manner === 'ahead' ? flight : undefined)
    const lost = (detail: string): void => end(err(lostDuring(target, session, detail)))
    session.client.on('close', () => lost('connection closed before the worker ran'))
    void session.ready.then((ready) => {
      if (!ready.ok) return end(err(failedLogin(target, session, ready.error)))
      if (session.flight() === 'flown') return
      if (socket.destroyed) return lost('connection closed after the login')
      session.client.exec(order.command, (error, channel) => (error ? refused(error.message) : got(channel)))
    })
    // What was sent ahead may run: an abort lets it, only a cut ends it.
    const stop = (): void => {
      if (session.flight() !== 'flown') end(interrupted)
      else if (stops.cut?.aborted) lost('closed by this program')
    }
    for (const signal of [stops.abort, stops.cut])
      signal?.addEventListener('abort', stop, { signal: limit.signal })
    if (stopped(stops)) stop()
    void expire(session, options, limit.signal).then((late) => {
      if (late) lost(`no worker within ${(options.loginMs ?? 60_000) / 1000} s`)
    })
  })
  if (!opened.ok) {
    socket.destroy()
    release()
  }
  return opened
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
