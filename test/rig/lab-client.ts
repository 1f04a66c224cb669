import { createConnection, type Socket } from 'node:net'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Client, type ClientChannel } from 'ssh2'
import { newKeyPair } from '../../lib/lab/key-pair.ts'
import { withHashes } from '../../lib/transport/left-out.ts'
import { marker } from '../../lib/transport/wire.ts'

const pair = newKeyPair()
/** A key pair for tests: private OpenSSH PEM and public OpenSSH line. */
export const testKey = { private: pair.privatePem, public: pair.publicLine }

export const bootstrap = `powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${Buffer.from(
  'iex((New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream((New-Object IO.MemoryStream(,[Convert]::FromBase64String([Console]::In.ReadLine()))),[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd())',
  'utf16le',
).toString('base64')}`

/** Any script will do as the worker's source: the lab only checks that it inflates. */
export const payload = deflateRawSync('# worker').toString('base64')

/** A plain client of one lab host, with everything that came back. */
export class LabClient {
  readonly client = new Client()
  readonly #socket: Socket
  /** Marked lines, without marker. */
  readonly lines: string[] = []
  readonly noise: string[] = []
  stderr = ''
  /** How it ended: undefined while open. */
  ended: 'closed' | 'channel-closed' | undefined
  #channel: ClientChannel | undefined
  #rest = ''
  readonly #waiters: (() => void)[] = []
  readonly chunks: number[] = []

  constructor(port: number, localAddress = '127.0.0.1') {
    this.#socket = createConnection({ port, host: localAddress, noDelay: true })
    this.client.on('error', () => undefined)
    this.client.on('close', () => this.#end('closed'))
  }

  /** Logs in and starts the worker, waiting for each step. Rejects when the host refuses. */
  start(account: string, hostVerifier: (key: Buffer) => boolean = () => true): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.once('error', reject)
      this.client.once('close', () => reject(new Error('closed')))
      this.client.once('ready', () => {
        this.client.exec(bootstrap, (error, channel) => {
          if (error !== undefined) return reject(error)
          this.#listen(channel)
          channel.write(`${payload}\n`)
          resolve()
        })
      })
      this.client.connect({
        sock: this.#socket,
        username: account,
        privateKey: testKey.private,
        hostVerifier,
      })
    })
  }

  #listen(channel: ClientChannel): void {
    this.#channel = channel
    channel.on('data', (bytes: Buffer) => {
      this.chunks.push(bytes.length)
      const parts = (this.#rest + bytes.toString('latin1')).split('\n')
      this.#rest = parts.pop() ?? ''
      for (const part of parts) {
        const line = part.replace(/\r$/, '')
        if (line.startsWith(`${marker}z`))
          this.lines.push(
            ...inflateRawSync(Buffer.from(line.slice(marker.length + 1), 'base64'))
              .toString('latin1')
              .split('\n')
              .map(withHashes),
          )
        else if (line.startsWith(marker)) this.lines.push(withHashes(line.slice(marker.length)))
        else this.noise.push(line)
      }
      this.#wake()
    })
    channel.stderr.on('data', (bytes: Buffer) => (this.stderr += bytes.toString('latin1')))
    channel.on('close', () => this.#end('channel-closed'))
  }

  send(line: string): void {
    this.#channel?.write(`${line}\n`)
  }

  /** Resolves with the lines that came until one of them answers, or the connection ended. */
  async until(test: (line: string) => boolean): Promise<readonly string[]> {
    const from = this.lines.length
    let at = 0
    while (this.ended === undefined) {
      for (; at < this.lines.length; at++) if (test(this.lines[at] ?? '')) return this.lines.splice(0, at + 1)
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
    return this.lines.slice(from)
  }

  /** Sends a frame and gives its answers, the end last. */
  async exchange(frame: {
    readonly frame: number
    readonly [key: string]: unknown
  }): Promise<readonly string[]> {
    this.send(JSON.stringify(frame))
    return this.until((line) => line.startsWith(`{"frame":`))
  }

  close(): void {
    this.client.end()
    this.#socket.destroy()
  }

  #end(how: 'closed' | 'channel-closed'): void {
    this.ended ??= how
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }
}
