import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { SshOptions, Stops, Target } from './target.ts'

/** The addresses of a host, each of them allowed: one that is off limits forbids the host. */
export async function addressesOf(
  target: Target,
  options: SshOptions,
): Promise<Result<readonly string[], Failure>> {
  const addresses = await resolve(target)
  if (!addresses.ok) return addresses
  for (const address of addresses.value) {
    const allowed = options.allowed(address, placeOf(target).address)
    if (!allowed.ok) return err({ kind: 'off-limits', host: target.id, ...allowed.error })
  }
  return addresses
}

/** A connection, and how long its opening took: one round trip, ms. */
export type Dialled = { readonly socket: Socket; readonly rttMs: number }

/** A TCP connection with Nagle off, to the first address that answers. The address checked is the address opened. */
export async function dial(
  target: Target,
  options: SshOptions,
  stops: Stops = {},
): Promise<Result<Dialled, Failure>> {
  const addresses = await addressesOf(target, options)
  if (!addresses.ok) return addresses
  let detail = 'no address'
  for (const address of addresses.value) {
    if (stopped(stops)) break
    const socket = await open(address, placeOf(target).port, options, stops)
    if (socket.ok) return socket
    detail = socket.error
  }
  if (stopped(stops)) return err({ kind: 'interrupted', host: target.id })
  return err({ kind: 'unreachable', host: target.id, detail })
}

const elapsed = ({ clock }: SshOptions): number => clock.elapsed?.() ?? clock.now()

/** Where a host is reached over the line in use. */
export const placeOf = (target: Target): { readonly address: string; readonly port: number } =>
  target.over?.() ?? target

/** Whether either way to stop was taken. */
export const stopped = ({ abort, cut }: Stops): boolean => abort?.aborted === true || cut?.aborted === true

async function resolve(target: Target): Promise<Result<readonly string[], Failure>> {
  const { address: name } = placeOf(target)
  if (isIP(name) !== 0) return ok([name])
  try {
    const found = await lookup(name, { all: true })
    return ok(found.map(({ address }) => address))
  } catch (cause) {
    return err({
      kind: 'unreachable',
      host: target.id,
      detail: `name ${name} not resolved: ${messageOf(cause)}`,
    })
  }
}

async function open(
  address: string,
  port: number,
  options: SshOptions,
  { abort, cut }: Stops,
): Promise<Result<Dialled, string>> {
  const socket = connect({ host: address, port, noDelay: true })
  const limit = new AbortController()
  const dialMs = options.dialMs ?? 20_000
  const started = elapsed(options)
  const opened = new Promise<Result<Dialled, string>>((done) => {
    socket.once('connect', () => done(ok({ socket, rttMs: elapsed(options) - started })))
    socket.once('error', (cause) => done(err(`${address}:${port}: ${messageOf(cause)}`)))
  })
  const late = options.clock
    .sleep(dialMs, AbortSignal.any([limit.signal, abort, cut].filter((signal) => signal !== undefined)))
    .then((): Result<Dialled, string> => err(`${address}:${port}: no answer in ${dialMs / 1000} s`))
  const result = await Promise.race([opened, late])
  limit.abort()
  socket.removeAllListeners('connect')
  socket.removeAllListeners('error')
  if (!result.ok) {
    socket.on('error', () => undefined)
    socket.destroy()
  }
  return result
}

/** One line of what went wrong; an AggregateError of several addresses by its code. */
export const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  const code: unknown = Reflect.get(cause, 'code')
  return cause.message === '' && typeof code === 'string' ? code : cause.message
}
