import type { Duplex } from 'node:stream'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { addressesOf, dial, placeOf } from './dial.ts'
import { FirstWindows } from './first-windows.ts'
import { credentials, type Login, login, type LoginFailure } from './login.ts'
import { PacedSocket } from './paced-socket.ts'
import type { SshOptions, Stops, Target } from './target.ts'

export type Route = { readonly socket: PacedSocket; readonly release: () => void }

/** The byte stream to a host: a socket, or a channel of its jump host. Off-limits addresses are refused right before it opens. */
export async function openRoute(
  target: Target,
  options: SshOptions,
  stops: Stops = {},
): Promise<Result<Route, Failure>> {
  const pace = (bytes: number): Promise<void> => target.door.pace(bytes, 'control')
  if (target.jump === undefined) {
    const socket = await dial(target, options, stops)
    if (!socket.ok) return socket
    const windows = new FirstWindows(options.clock, socket.value.rttMs)
    return ok({ socket: new PacedSocket(socket.value.socket, pace, windows), release: () => undefined })
  }
  const jump = await openJump(target.jump, options, stops)
  if (!jump.ok) return jump
  const addresses = await addressesOf(target, options)
  const [address] = addresses.ok ? addresses.value : []
  const release = (): void => void jump.value.end()
  if (!addresses.ok) release()
  if (!addresses.ok) return addresses
  const channel = await new Promise<Duplex | string>((done) => {
    jump.value.on('close', () => done('connection to the jump host lost'))
    jump.value.forwardOut(
      '127.0.0.1',
      0,
      address ?? placeOf(target).address,
      placeOf(target).port,
      (error, stream) => done(error ? error.message : stream),
    )
  })
  if (typeof channel === 'string') {
    release()
    return err({ kind: 'unreachable', host: target.id, detail: `through ${target.jump.id}: ${channel}` })
  }
  const paced = target.jump.door.id === target.door.id ? async (): Promise<void> => undefined : pace
  return ok({ socket: new PacedSocket(channel, paced), release })
}

async function openJump(
  jump: Target,
  options: SshOptions,
  stops: Stops,
): Promise<Result<Login['client'], Failure>> {
  const held = await credentials(jump, options)
  if (!held.ok) return held
  const route = await openRoute(jump, options, stops)
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
export async function expire(session: Login, options: SshOptions, abort: AbortSignal): Promise<boolean> {
  for (;;) {
    if (!(await options.clock.sleep(options.loginMs ?? 60_000, abort))) return false
    if (!session.asking()) return true
  }
}
