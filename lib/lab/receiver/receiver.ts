import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Clock } from '../../domain/clock.ts'
import { type DeliveryRequest, deliveryVersion } from '../../transport/delivery/wire.ts'
import { asciiJson, marker } from '../../transport/wire.ts'
import { dotnetError } from '../world/dotnet-error.ts'
import type { FileFailure } from '../world/file-nodes.ts'
import type { World } from '../world/world.ts'
import { ContentDisk } from './content-disk.ts'
import type { ContentLocks, LockHolder } from './content-locks.ts'
import { expand } from './expand.ts'
import { sizeListed } from './manifest-entry.ts'
import { Part, sumOf } from './part.ts'
import { RequestReader } from './requests.ts'

/** What a receiver needs of the channel that runs it. */
export type ReceiverSurroundings = {
  readonly world: World
  /** One for all receivers of a host. */
  readonly locks: ContentLocks
  readonly clock: Clock
  readonly pid: number
  readonly psVersion: string
  /** A line, its end not included. */
  readonly print: (line: string) => void
  /** Its process has ended; the exit status, undefined when it was killed. */
  readonly ended: (status: number | undefined) => void
}

type Of<K extends DeliveryRequest['op']> = Extract<DeliveryRequest, { op: K }>

const copyBytes = 1_048_576
const busyMs = 2000

/** Plays `receiver.ps1` on a host of the lab: the same requests give the same lines. */
export class Receiver implements LockHolder {
  readonly #around: ReceiverSurroundings
  readonly #disk: ContentDisk
  readonly #reader = new RequestReader()
  readonly #known = new Set<string>()
  readonly #over = new AbortController()
  #part: Part | undefined
  /** There is no room for it: what was sent behind the question is not taken. */
  #noRoom = false
  #base: { readonly sha: string; readonly bytes: Uint8Array } | undefined
  #working = false
  #closing = false
  #since: number
  #said = 0

  constructor(around: ReceiverSurroundings) {
    this.#around = around
    this.#disk = new ContentDisk(around.world)
    this.#since = around.clock.now()
    void around.locks.watch(this, this.#over.signal)
  }

  /** Bytes of its standard input. */
  take(bytes: Uint8Array): void {
    this.#since = this.#around.clock.now()
    const began = this.#reader.started
    if (!this.#reader.take(bytes)) return this.#end(1)
    if (!this.#reader.started) return
    if (!began) this.#print({ hello: deliveryVersion, ps: this.#around.psVersion, pid: this.#around.pid })
    if (!this.#working) void this.#serve()
  }

  /** Its standard input has ended. */
  close(): void {
    this.#closing = true
    if (!this.#working) this.#end(0)
  }

  /** Its process is gone; files are as they are. */
  die(): void {
    this.#end(undefined)
  }

  since(): number | undefined {
    return this.#working ? undefined : this.#since
  }

  async #serve(): Promise<void> {
    this.#working = true
    for (;;) {
      const incoming = this.#reader.next()
      if (incoming === undefined || this.#over.signal.aborted) break
      this.#said = this.#around.clock.now()
      if ('trouble' in incoming) {
        if (incoming.trouble === 'length') {
          this.#answer(-1, errorText(incoming.message))
          return this.#end(0)
        }
        this.#answer(-1, errorText(incoming.message))
      } else {
        const text = await this.#request(incoming.head, incoming.body)
        if (this.#over.signal.aborted) break
        this.#answer(incoming.head.id, text)
      }
    }
    this.#since = this.#around.clock.now()
    this.#working = false
    if (this.#closing) this.#end(0)
  }

  async #request(q: DeliveryRequest, body: Uint8Array): Promise<string> {
    switch (q.op) {
      case 'open':
        return this.#open(q)
      case 'chunk':
        return this.#chunk(q, body)
      case 'finish':
        return this.#finish(q.op, q.drop)
      case 'pickup':
        return this.#pickup(q)
      case 'signature':
        return this.#signature(q)
      case 'drop':
        return `"ok":true,"op":"drop","dropped":${asciiJson(this.#drop(q.drop))}`
      case 'ping':
        return '"ok":true,"op":"ping"'
      default:
        return errorText('unknown operation', '', 0)
    }
  }

  async #open(q: Of<'open'>): Promise<string> {
    this.#leave()
    this.#base = undefined
    if (!/^[0-9a-f]{64}$/.test(q.sha))
      return errorText(`expected a SHA-256 in hex, got ${q.sha}`, 'System.ArgumentException', -2147024809)
    const fenced = q.sender === undefined ? undefined : this.#fenced(q.sender)
    if (fenced !== undefined) return fenced
    const waiting = () => this.#busy(q.id, 'waiting', 0)
    if (!(await this.#around.locks.acquire(q.sha, this, q.waitMs, waiting))) return '"why":"busy"'
    if (this.#over.signal.aborted) {
      this.#around.locks.release(q.sha, this)
      return ''
    }
    const bad: string[] = []
    this.#known.delete(q.sha)
    const held = this.#disk.sound(q.sha, this.#known, bad) !== undefined
    let base: string | null = null
    let at = 0
    if (held) {
      this.#disk.used(q.sha)
      this.#around.locks.release(q.sha, this)
    } else {
      this.#part = new Part(this.#disk, q.sha, q.size, q.name)
      at = this.#part.at
      base = q.have.find((sha) => this.#use(sha, bad)) ?? null
      const need = q.size - at
      this.#noRoom = this.#disk.free < need + copyBytes
      if (this.#noRoom) return `"why":"space","need":${need},"free":${this.#disk.free}`
    }
    const { free } = this.#disk
    const versions = asciiJson(this.#disk.versions())
    return `"ok":true,"op":"open","held":${held},"at":${at},"free":${free},"base":${asciiJson(base)},"bad":${asciiJson(bad)},"versions":${versions}`
  }

  #fenced(sender: NonNullable<Of<'open'>['sender']>): string | undefined {
    const managed = this.#disk.managed()
    if (managed === undefined) return undefined
    if (typeof managed !== 'object' || managed === null || !('from' in managed) || !('tokens' in managed))
      return '"why":"fenced","managed":{}'
    const tokens = managed.tokens
    const token: unknown =
      typeof tokens === 'object' && tokens !== null ? Reflect.get(tokens, sender.store) : undefined
    if (managed.from === sender.from && (token === undefined || Number(token) <= sender.token))
      return undefined
    return `"why":"fenced","managed":${asciiJson(managed)}`
  }

  #chunk(q: Of<'chunk'>, body: Uint8Array): string {
    const part = this.#part
    if (part === undefined || this.#noRoom || q.at !== part.at || q.size < 1 || part.at + q.size > part.size)
      return '"why":"order"'
    const bad: string[] = []
    if (q.base === undefined) this.#base = undefined
    else if (!this.#use(q.base, bad)) return `"why":"base","sha":"${q.base}"`
    const bytes = expand(body, q.z, q.size, this.#base?.bytes, part.bytes)
    if (bytes === undefined || sumOf(bytes) !== q.sum) {
      if (q.base === undefined) return '"why":"sum"'
      this.#base = undefined
      this.#known.delete(q.base)
      return this.#use(q.base, bad) ? '"why":"sum"' : `"why":"base","sha":"${q.base}"`
    }
    const added = part.add(bytes)
    return added.ok ? `"ok":true,"op":"chunk","at":${part.at}` : this.#trouble(added.error)
  }

  #finish(op: 'finish' | 'pickup', drop: readonly string[]): string {
    const part = this.#part
    if (part === undefined || this.#noRoom || part.at !== part.size) return '"why":"order"'
    const got = part.whole
    if (got !== part.sha) {
      this.#part = new Part(this.#disk, part.sha, part.size, part.name)
      if (this.#part.at === part.size) this.#part.reset()
      return `"why":"whole","got":"${got}"`
    }
    const placed = this.#disk.place(part.sha, part.name)
    if (!placed.ok) return this.#trouble(placed.error)
    this.#known.add(part.sha)
    this.#leave()
    this.#base = undefined
    const dropped = this.#drop(drop.filter((sha) => sha !== part.sha))
    return `"ok":true,"op":"${op}","dropped":${asciiJson(dropped)}`
  }

  #pickup(q: Of<'pickup'>): string {
    const part = this.#part
    if (part === undefined) return '"why":"order"'
    const wrong = (what: string): string => `"why":"bundle","what":"${what}"`
    const manifest = this.#disk.readAt(`${q.path}\\manifest.json`)
    if (manifest === undefined) return wrong('no-manifest')
    const listed = sizeListed(manifest, part.sha)
    if (typeof listed === 'string') return wrong(listed)
    const bytes = this.#disk.readAt(`${q.path}\\content\\${part.sha}`)
    if (bytes === undefined) return wrong('missing')
    if (bytes.length !== part.size || listed !== part.size) return wrong('size')
    while (part.at < part.size) {
      const added = part.add(bytes.subarray(part.at, Math.min(part.size, part.at + copyBytes)))
      if (!added.ok) return this.#trouble(added.error)
    }
    const text = this.#finish('pickup', q.drop)
    return text.startsWith('"why":"whole"') ? wrong('sha') : text
  }

  #signature(q: Of<'signature'>): string {
    if (!this.#use(q.sha, [])) return `"why":"base","sha":"${q.sha}"`
    const bytes = this.#base?.bytes ?? new Uint8Array(0)
    const sums = Buffer.alloc(Math.ceil(bytes.length / q.block) * 7)
    for (let i = 0; i * q.block < bytes.length; i++) {
      const block = bytes.subarray(i * q.block, (i + 1) * q.block)
      sums.writeUInt32LE(crc32(block), i * 7)
      createHash('sha256')
        .update(block)
        .digest()
        .copy(sums, i * 7 + 4, 0, 3)
    }
    return `"ok":true,"op":"signature","sums":"${sums.toString('base64')}"`
  }

  #drop(names: readonly string[]): string[] {
    return names.filter((sha) => {
      if (sha === this.#base?.sha) this.#base = undefined
      if (sha === this.#part?.sha) this.#leave()
      this.#known.delete(sha)
      return this.#disk.remove(sha)
    })
  }

  #use(sha: string, bad: string[]): boolean {
    if (this.#base?.sha === sha) return true
    const bytes = this.#disk.sound(sha, this.#known, bad)
    this.#base = bytes === undefined ? undefined : { sha, bytes }
    if (bytes !== undefined) this.#disk.used(sha)
    return bytes !== undefined
  }

  #leave(): void {
    if (this.#part !== undefined) this.#around.locks.release(this.#part.sha, this)
    this.#part = undefined
  }

  #trouble(failure: FileFailure): string {
    if (failure.why === 'full')
      return `"why":"space","need":${(this.#part?.size ?? 0) - (this.#part?.at ?? 0)},"free":${this.#disk.free}`
    const { message, type, hresult } = dotnetError(failure)
    return errorText(message, type, hresult)
  }

  #busy(id: number, doing: 'waiting', done: number): void {
    if (this.#around.clock.now() - this.#said < busyMs) return
    this.#said = this.#around.clock.now()
    this.#print({ busy: id, doing, done })
  }

  #answer(id: number, text: string): void {
    const at = text.startsWith('"ok":true') ? '' : `"ok":false,"at":${this.#part?.at ?? 0},`
    this.#around.print(`${marker}{"id":${id},${at}${text}}`)
  }

  #print(line: object): void {
    this.#around.print(marker + asciiJson(line))
  }

  #end(status: number | undefined): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    this.#leave()
    this.#around.ended(status)
  }
}

const errorText = (message: string, type = '', hresult = 0): string =>
  `"why":"error","message":${asciiJson(message)},"type":"${type}","hresult":${hresult}`
