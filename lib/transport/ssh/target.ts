import type { Clock } from '../../domain/clock.ts'
import type { Result } from '../../domain/result.ts'
import type { LinkDoor } from '../../link/door.ts'

/** Where a host is and who logs in there, its jump host resolved. */
export type Target = {
  /** Host id, for messages. */
  readonly id: string
  /** Name or address. */
  readonly address: string
  readonly port: number
  /** Where it is reached over the line in use, asked at each connection; its key is pinned under `address` all the same. */
  readonly over?: () => { readonly address: string; readonly port: number } | undefined
  readonly account: string
  /** Private key file, or a public key (file) whose private half the SSH agent holds; absent = whatever the agent holds. */
  readonly key?: string
  readonly jump?: Target
  readonly door: LinkDoor
}

/** Asks a person for a secret; undefined = none given. It is used once and kept nowhere. */
export type AskSecret = (what: {
  readonly host: string
  readonly account: string
  readonly kind: 'password' | 'passphrase'
  /** Key file that the passphrase opens. */
  readonly key?: string
}) => Promise<string | undefined>

/** Two ways to end the opening of a connection. `abort`: while nothing was sent that can run. `cut`: at once. */
export type Stops = { readonly abort?: AbortSignal | undefined; readonly cut?: AbortSignal | undefined }

/** Whether a socket may be opened to this address, to which this name resolved (the address itself where none was given). */
export type Allowed = (address: string, hostName: string) => Result<void, Forbidden>
export type Forbidden = { readonly network: string; readonly by: string }

/** What reaching a host takes from outside. */
export type SshOptions = {
  /** Path of a known_hosts file, OpenSSH format. */
  readonly knownHosts: string
  readonly allowed: Allowed
  readonly clock: Clock
  readonly askSecret?: AskSecret
  /** Address of the SSH agent; default `SSH_AUTH_SOCK`, on Windows the pipe of its own agent. */
  readonly agent?: string
  /** Until the socket is open, ms; default 20,000. */
  readonly dialMs?: number
  /** From the open socket until the worker runs, ms, the time in which a person is asked not counted; default 60,000. */
  readonly loginMs?: number
}
