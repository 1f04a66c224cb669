import { readFile } from 'node:fs/promises'
import ssh2, {
  type AnyAuthMethod,
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import { err, ok, type Result } from '../../domain/result.ts'
import { messageOf } from './dial.ts'
import type { SshOptions, Target } from './target.ts'

/** A key that can sign, wherever its private half is. */
export type Identity = {
  readonly publicKey: ParsedKey
  /** Signs with the key's own algorithm, RSA with this hash. */
  sign(data: Buffer, hash: 'sha256' | undefined): Promise<Buffer>
  /** The same for ssh2's own authentication. */
  readonly method: AnyAuthMethod
}

/** The keys to log in with: the file's, or those of the SSH agent. An error says why there are none. */
export async function identities(
  target: Target,
  options: SshOptions,
): Promise<Result<readonly Identity[], string>> {
  if (target.key === undefined) return agentIdentities(target, options)
  let text: string
  try {
    text = await readFile(target.key, 'utf8')
  } catch (cause) {
    return err(`key file ${target.key} can't be read: ${messageOf(cause)}`)
  }
  const key = await parse(text, target, options)
  if (!key.ok) return key
  if (!key.value.isPrivateKey()) {
    const held = await agentIdentities(target, options)
    if (!held.ok) return held
    const same = held.value.filter(({ publicKey }) =>
      publicKey.getPublicSSH().equals(key.value.getPublicSSH()),
    )
    return same.length > 0
      ? ok(same)
      : err(`${target.key} is a public key, and the SSH agent doesn't hold its private half`)
  }
  return ok([fileIdentity(key.value, target.account)])
}

async function parse(text: string, target: Target, options: SshOptions): Promise<Result<ParsedKey, string>> {
  const first = firstKey(text)
  if (!(first instanceof Error)) return ok(first)
  if (!/passphrase/i.test(first.message)) return err(`key file ${target.key}: ${first.message}`)
  const { id: host, account, key } = target
  const passphrase = await options.askSecret?.({
    host,
    account,
    kind: 'passphrase',
    ...(key === undefined ? {} : { key }),
  })
  if (passphrase === undefined)
    return err(
      `key file ${key} is encrypted and no passphrase was given; load it into the SSH agent or give one`,
    )
  const second = firstKey(text, passphrase)
  return second instanceof Error ? err(`key file ${key}: ${second.message}`) : ok(second)
}

/** ssh2 answers with a list for OpenSSH's own format, though its types say otherwise. */
function firstKey(text: string, passphrase?: string): ParsedKey | Error {
  const [key] = [ssh2.utils.parseKey(text, passphrase)].flat()
  return key ?? new Error('no key in the file')
}

const fileIdentity = (key: ParsedKey, username: string): Identity => ({
  publicKey: key,
  sign: async (data, hash) => {
    const signature: Buffer | Error = key.sign(data, hash)
    if (signature instanceof Error) throw signature
    return signature
  },
  method: { type: 'publickey', username, key },
})

async function agentIdentities(
  target: Target,
  options: SshOptions,
): Promise<Result<readonly Identity[], string>> {
  const address =
    options.agent ??
    process.env['SSH_AUTH_SOCK'] ??
    (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined)
  if (address === undefined || address === '')
    return err('no key file is named and no SSH agent is running (SSH_AUTH_SOCK)')
  const agent = ssh2.createAgent(address)
  const found = await new Promise<Result<readonly ParsedKey[], string>>((done) => {
    agent.getIdentities((error, keys) => {
      if (error) return done(err(`SSH agent at ${address}: ${error.message}`))
      const parsed = (keys ?? []).flatMap((key) => {
        if (typeof key === 'object' && 'pubKey' in key) return []
        const one = ssh2.utils.parseKey(key)
        return one instanceof Error ? [] : [one].flat()
      })
      done(ok(parsed))
    })
  })
  if (!found.ok) return found
  if (found.value.length === 0) return err('the SSH agent holds no key')
  return ok(found.value.map((key) => agentIdentity(agent, key, target.account)))
}

const agentIdentity = (agent: BaseAgent, key: ParsedKey, username: string): Identity => ({
  publicKey: key,
  sign: (data, hash) =>
    new Promise((done, fail) => {
      agent.sign(key, data, hash === undefined ? {} : { hash }, (error, signature) => {
        if (error || signature === undefined) fail(error ?? new Error('the SSH agent gave no signature'))
        else done(signature)
      })
    }),
  method: { type: 'agent', username, agent: new OneKeyAgent(agent, key) },
})

/** An agent that offers one of its keys only. */
class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent
  readonly #key: ParsedKey

  constructor(agent: BaseAgent, key: ParsedKey) {
    super()
    this.#agent = agent
    this.#key = key
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.#key])
  }

  sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(this.#key, data, options)
    else this.#agent.sign(this.#key, data, options, done)
  }
}
