import ssh2 from 'ssh2'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { openRoute } from './route.ts'
import { fingerprint, keyType } from './known-hosts.ts'
import type { SshOptions, Target } from './target.ts'

/** The key that a host shows, for a person to compare. */
export type ShownKey = {
  /** `ssh-ed25519` */
  readonly type: string
  readonly blob: Buffer
  /** `SHA256:…` */
  readonly fingerprint: string
}

/**
 * Connects as far as the key exchange and hangs up: the host's key is seen, and no byte of a credential of this host is sent.
 * A jump host on the way is logged in to as ever, with its own key pinned.
 */
export async function hostKeyOf(target: Target, options: SshOptions): Promise<Result<ShownKey, Failure>> {
  const route = await openRoute(target, options)
  if (!route.ok) return route
  const { socket, release } = route.value
  const limit = new AbortController()
  const client = new ssh2.Client()
  const unreachable = (detail: string): Result<ShownKey, Failure> =>
    err({ kind: 'unreachable', host: target.id, detail })
  try {
    return await new Promise<Result<ShownKey, Failure>>((settle) => {
      client.on('error', (error) => settle(unreachable(error.message)))
      client.on('close', () => settle(unreachable('connection closed before the host showed its key')))
      const limitMs = options.loginMs ?? 60_000
      void options.clock
        .sleep(limitMs, limit.signal)
        .then((late) => late && settle(unreachable(`no host key within ${limitMs / 1000} s`)))
      client.connect({
        sock: socket,
        username: target.account,
        readyTimeout: 0,
        authHandler: [],
        hostVerifier: (blob: Buffer): boolean => {
          settle(ok({ type: keyType(blob), blob, fingerprint: fingerprint(blob) }))
          return false
        },
      })
    })
  } finally {
    limit.abort()
    client.on('error', () => undefined)
    client.destroy()
    socket.destroy()
    release()
  }
}
