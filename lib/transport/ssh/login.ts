import { readFile } from 'node:fs/promises'
import ssh2, {
  type Algorithms,
  type AuthHandlerMiddleware,
  type Client,
  type ServerHostKeyAlgorithm,
} from 'ssh2'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { type Identity, identities } from './keys.ts'
import {
  fingerprint,
  hostKeyAlgorithms,
  isPinned,
  keyType,
  pinnedKeys,
  type PinnedKey,
} from './known-hosts.ts'
import type { PacedSocket } from './paced-socket.ts'
import type { SshOptions, Target } from './target.ts'
import { armThreeFlights, type Flight, type FlightState, quietAboutHostKeys } from './three-flights.ts'

/** What a login needs before a socket is opened: the keys pinned for the host, and those to log in with. */
export type Credentials = { readonly pinned: readonly PinnedKey[]; readonly identities: readonly Identity[] }

/**
 * Why a login ended. `refused`: by the server, or by us because of its key; nothing of the session ran, and `others` says that another
 * way in is left. `lost`: the connection went without a word.
 */
export type LoginFailure = {
  readonly failure: Failure
  readonly end: 'refused' | 'lost'
  readonly others: boolean
}

export type Login = {
  readonly client: Client
  readonly flight: () => FlightState
  /** Settles once: logged in, or why not. */
  readonly ready: Promise<Result<void, LoginFailure>>
  /** True while a person is asked for a secret. */
  readonly asking: () => boolean
}

export async function credentials(
  target: Target,
  options: SshOptions,
): Promise<Result<Credentials, Failure>> {
  const text = await readFile(options.knownHosts, 'utf8').catch(() => '')
  const pinned = pinnedKeys(text, target.address, target.port)
  const keys = await identities(target, options)
  if (keys.ok) return ok({ pinned, identities: keys.value })
  if (options.askSecret !== undefined) return ok({ pinned, identities: [] })
  return err({ kind: 'login', host: target.id, account: target.account, detail: keys.error })
}

/** Begins an SSH session over an open byte stream. The host key is verified before the first byte of a credential. */
export function login(
  target: Target,
  socket: PacedSocket,
  held: Credentials,
  options: SshOptions,
  flight?: Omit<Flight, 'account' | 'identity'>,
): Login {
  const client = new ssh2.Client()
  const ways = new Ways(target, held.identities, options)
  let rejected: Failure | undefined
  let state: () => FlightState = () => 'waiting'
  const ready = new Promise<Result<void, LoginFailure>>((settle) => {
    const lost = (detail: string): void =>
      settle(err({ failure: { kind: 'unreachable', host: target.id, detail }, end: 'lost', others: false }))
    client.on('ready', () => settle(ok(undefined)))
    client.on('close', () => lost('connection closed during the login'))
    client.on('error', (error) => {
      const failure = rejected ?? classify(target, held.pinned, error)
      if (failure === undefined) lost(error.message)
      else
        settle(
          err({
            failure,
            end: 'refused',
            others: failure.kind === 'login' && ways.left(state() === 'flown'),
          }),
        )
    })
  })
  client.on('ready', () => quietAboutHostKeys(client))
  const algorithms = hostKeyAlgorithms(held.pinned).filter(isHostKeyAlgorithm)
  client.connect({
    sock: socket,
    username: target.account,
    readyTimeout: 0,
    keepaliveInterval: 20_000,
    keepaliveCountMax: 3,
    algorithms: { ...offered, ...(algorithms.length > 0 ? { serverHostKey: algorithms } : {}) },
    hostVerifier: (blob: Buffer): boolean => {
      if (isPinned(held.pinned, blob)) return true
      rejected = {
        kind: 'host-key',
        host: target.id,
        expected: expectedKeys(held.pinned),
        got: `${keyType(blob)} ${fingerprint(blob)}`,
      }
      return false
    },
    authHandler: ways.handler(() => state() === 'flown'),
  })
  const [identity] = held.identities
  if (flight !== undefined && identity !== undefined)
    state = armThreeFlights(client, socket, { ...flight, account: target.account, identity })
  return { client, flight: state, ready, asking: () => ways.asking }
}

/** The ways to authenticate, in order: each key, then a password if the server takes one and a person gives one. */
class Ways {
  readonly #target: Target
  readonly #identities: readonly Identity[]
  readonly #options: SshOptions
  /** Methods that the server named as possible in its last refusal. */
  #offered: readonly string[] = []
  #next = 0
  #partial = false
  #flownOnce = false
  asking = false

  constructor(target: Target, identities: readonly Identity[], options: SshOptions) {
    this.#target = target
    this.#identities = identities
    this.#options = options
  }

  /** After a refusal of the first key: whether waiting for each answer could get in. */
  left(flown: boolean): boolean {
    if (!flown) return false
    const password =
      this.#options.askSecret !== undefined &&
      this.#offered.some((m) => m === 'password' || m === 'keyboard-interactive')
    return this.#partial || this.#identities.length > 1 || password
  }

  handler(flown: () => boolean): AuthHandlerMiddleware {
    return (offered: readonly string[] | null, partial, next) => {
      this.#offered = offered ?? []
      this.#partial = this.#partial || partial === true
      if (flown()) {
        // The one answer that is out; ssh2 is kept waiting for it. A second call means that it was refused.
        if (this.#flownOnce) return false
        this.#flownOnce = true
        return { type: 'none', username: this.#target.account }
      }
      const identity = this.#identities[this.#next]
      this.#next += 1
      if (identity !== undefined) return identity.method
      const askSecret = this.#options.askSecret
      const interactive =
        this.#offered.includes('keyboard-interactive') && !this.#offered.includes('password')
      if (askSecret === undefined || this.#next > this.#identities.length + 1) return false
      const { id: host, account: username } = this.#target
      this.asking = true
      void askSecret({ host, account: username, kind: 'password' }).then((password) => {
        this.asking = false
        if (password === undefined) next({ type: 'none', username })
        else if (interactive)
          next({
            type: 'keyboard-interactive',
            username,
            prompt: (_n, _i, _l, prompts, finish) => finish(prompts.map((p) => (p.echo ? '' : password))),
          })
        else next({ type: 'password', username, password })
      })
      return undefined
    }
  }
}

/** What the server refused; undefined when the connection was merely lost. */
function classify(target: Target, pinned: readonly PinnedKey[], error: Error): Failure | undefined {
  const level: unknown = Reflect.get(error, 'level')
  const host = target.id
  if (level === 'client-authentication')
    return { kind: 'login', host, account: target.account, detail: error.message }
  if (level === 'agent')
    return { kind: 'login', host, account: target.account, detail: `SSH agent: ${error.message}` }
  if (level === 'handshake' && /host key/i.test(error.message))
    return { kind: 'host-key', host, expected: expectedKeys(pinned), got: 'a key of none of these types' }
  if (level === 'handshake') return { kind: 'unreachable', host, detail: error.message }
  if (typeof Reflect.get(error, 'code') === 'number')
    return { kind: 'unreachable', host, detail: `disconnected by the host: ${error.message}` }
  return undefined
}

const expectedKeys = (pinned: readonly PinnedKey[]): string | undefined => {
  const keys = pinned.filter((key) => !key.revoked).map((key) => `${key.type} ${fingerprint(key.blob)}`)
  return keys.length > 0 ? keys.join(' or ') : undefined
}

/**
 * What is offered: few, so that the offer is small (it crosses the link each time), and enough for OpenSSH of the last ten years.
 * No compression: frames are deflated where that pays, and three flights rule out one that begins with the login.
 */
const offered: Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'diffie-hellman-group14-sha256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-256'],
  compress: ['none'],
}

const known: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]
const isHostKeyAlgorithm = (name: string): name is ServerHostKeyAlgorithm => known.some((k) => k === name)
