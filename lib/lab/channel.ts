import { inflateRawSync } from 'node:zlib'
import type { ServerChannel } from 'ssh2'
import type { Clock } from '../domain/clock.ts'
import { marker } from '../transport/wire.ts'
import { Batch } from './batch.ts'
import { ProcessEnded } from './executor.ts'
import type { FaultName } from './fault-table.ts'
import type { Faults } from './faults.ts'
import type { FrameLock } from './frame-lock.ts'
import type { Answer, Boundary, Worker } from './worker.ts'

/** What becomes of the worker's process at a boundary. */
export type AtBoundary = (at: Boundary) => Promise<'on' | 'killed'> | 'on' | 'killed'

/** What a worker's channel does to the connection and the host around it. */
export interface Surroundings {
  readonly clock: Clock
  readonly faults: Faults
  readonly worker: Worker
  readonly pid: number
  readonly counters: { frames: number; operations: number }
  /** Time that scripts slept and nobody waited for yet, ms. */
  takeSlept(): number
  /** Lines that scripts printed past the worker. */
  takeConsole(): readonly string[]
  /** Cuts the connection: now, or once what was written has arrived. */
  cut(when: 'now' | 'flushed'): void
  /** The host restarts at once. */
  restart(): void
  cutLink(): void
  /** One frame at a time on the host. */
  readonly lock: FrameLock
  /** True once the host has gone down since this channel began: its processes are gone. */
  gone(): boolean
  /** Asked at each boundary between steps; undefined: nobody does. */
  boundary(): AtBoundary | undefined
  /** Called after each frame: a restart that a script asked for comes now. */
  afterFrame(): void
}

const clixml =
  '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N="SourceId">1</I64><PR N="Record"><AV>Preparing modules for first use.</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj></Objs>'

/** Reads lines from an exec channel, has the worker run them one after the other, and writes its answers, with whatever faults are ordered. */
export class WorkerChannel {
  readonly #channel: ServerChannel
  readonly #around: Surroundings
  readonly #lines: string[] = []
  #rest = ''
  #started = false
  #busy = false
  #over = false

  constructor(channel: ServerChannel, around: Surroundings) {
    this.#channel = channel
    this.#around = around
    channel.on('data', (bytes: Buffer) => this.#data(bytes))
    channel.on('end', () => this.#ended())
    channel.on('close', () => (this.#over = true))
    channel.on('error', () => (this.#over = true))
  }

  #data(bytes: Buffer): void {
    const parts = (this.#rest + bytes.toString('latin1')).split('\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) this.#lines.push(part.replace(/\r$/, ''))
    if (!this.#busy) void this.#serve()
  }

  async #serve(): Promise<void> {
    this.#busy = true
    for (let line = this.#lines.shift(); line !== undefined && !this.#over; line = this.#lines.shift()) {
      if (!this.#started) this.#start(line)
      else if (line !== '') await this.#frame(line)
    }
    this.#busy = false
  }

  /** The first line is the worker's own source: what is not base64 of a deflated script ends the process as PowerShell ends it. */
  #start(line: string): void {
    if (!isPayload(line)) {
      this.#channel.stderr.write('#< CLIXML\r\n')
      this.#exit(1)
      return
    }
    this.#started = true
    const { faults } = this.#around
    const banner = faults.standing('banner')
    if (banner !== undefined) this.#print(banner.text ?? 'Authorised use only. Activity is logged.')
    this.#clixml()
    this.#print(marker + this.#around.worker.hello(this.#around.pid))
  }

  async #frame(line: string): Promise<void> {
    const { clock, faults, worker, counters } = this.#around
    const arrived = clock.now()
    counters.frames += 1
    const struck = faults.frame()
    if (struck.has('drop-before-act')) return this.#cut('now')
    this.#clixml()
    const patience = worker.patience(line)
    const release = patience === 0 ? () => undefined : await this.#around.lock.acquire(patience)
    try {
      await this.#answers(
        worker.stages(line, () => clock.now() - arrived, release !== undefined),
        struck,
        release,
      )
    } catch (cause) {
      if (!(cause instanceof ProcessEnded)) throw cause
      this.#kill()
    } finally {
      release?.()
    }
  }

  /** Lets the worker run a frame and sends its answers. A lost connection does not stop it: the process runs on to the frame's end. */
  async #answers(
    answers: Iterable<Answer | Boundary>,
    struck: ReadonlySet<FaultName>,
    release: (() => void) | undefined,
  ): Promise<void> {
    const { counters, clock, takeConsole, gone } = this.#around
    const batch = new Batch()
    let first = true
    const send = async (): Promise<void> => {
      const text = batch.take()
      if (text === undefined || struck.has('drop-after-act') || struck.has('lose-reply')) return
      if (first && struck.has('drop-mid-reply')) {
        this.#write(text.slice(0, text.length / 2))
        this.#cut('flushed')
      } else await this.#send(text)
      first = false
    }
    for (const answer of answers) {
      if (!('line' in answer)) {
        const ask = this.#around.boundary()
        if (ask !== undefined && (await ask(answer)) === 'killed') return this.#kill()
        if (gone()) return
        continue
      }
      if (answer.op !== undefined) counters.operations += 1
      else release?.()
      if (struck.has('worker-killed')) return this.#kill()
      if (struck.has('restart-mid-act')) return this.#around.restart()
      const took = this.#took(answer)
      if (took > 0) {
        await send()
        await clock.sleep(took)
      }
      if (gone()) return
      for (const printed of takeConsole()) this.#print(printed)
      if (first && batch.empty && struck.has('garbage-reply')) {
        this.#print(`${marker}{"id":0,"ok":tr\u0001`)
        first = false
      } else {
        batch.add(this.#worded(answer), clock.now())
        if (answer.op !== undefined && struck.has('second-reply'))
          batch.add(this.#worded(answer), clock.now())
      }
      if (batch.due(clock.now()) || this.#around.faults.standing('stray-output') !== undefined) await send()
    }
    await send()
    if (struck.has('drop-after-act')) this.#cut('now')
    if (struck.has('link-down')) this.#around.cutLink()
    this.#around.afterFrame()
  }

  /** What the operation took on the host beyond computing, ms. */
  #took(answer: Answer): number {
    const slow = answer.op === undefined ? undefined : this.#around.faults.standing('slow')
    return this.#around.takeSlept() + (slow?.value ?? 0)
  }

  #worded(answer: Answer): string {
    const warning = answer.op === undefined ? undefined : this.#around.faults.standing('warnings')
    if (warning === undefined) return answer.line
    return withWarning(answer.line, warning.text ?? 'The virtual machine is already in the specified state.')
  }

  async #send(text: string): Promise<void> {
    if (this.#over) return
    const { faults, clock } = this.#around
    const hold = faults.standing('hold-reply')
    if (hold !== undefined) await (hold.value === 0 ? faults.cleared() : clock.sleep(hold.value))
    const stray = faults.standing('stray-output')
    if (stray !== undefined) this.#print(stray.text ?? 'The operation completed successfully.')
    const pieces = faults.standing('split-reply')
    if (pieces === undefined) this.#write(text)
    else await this.#inPieces(text, Math.max(1, pieces.value))
    if (stray !== undefined) this.#print('')
  }

  /** Each piece in a packet of its own. */
  async #inPieces(text: string, size: number): Promise<void> {
    for (let at = 0; at < text.length && !this.#over; at += size) {
      this.#channel.write(text.slice(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #clixml(): void {
    if (this.#around.faults.standing('clixml') === undefined) return
    this.#channel.stderr.write(`${clixml}\r\n`)
    this.#print(clixml)
  }

  #write(text: string): void {
    if (!this.#over) this.#channel.write(text)
  }

  #print(line: string): void {
    this.#write(`${line}\r\n`)
  }

  #cut(when: 'now' | 'flushed'): void {
    this.#over = true
    this.#around.cut(when)
  }

  /** The process is gone: the channel closes, and no exit status is sent. */
  #kill(): void {
    this.#over = true
    this.#channel.close()
  }

  #exit(status: number): void {
    this.#over = true
    this.#channel.exit(status)
    this.#channel.end()
  }

  #ended(): void {
    if (!this.#over) this.#exit(0)
  }
}

/** A reply with one more warning. */
const withWarning = (line: string, text: string): string =>
  line.replace(
    /"warnings":\[(.?)/,
    (_, next: string) => `"warnings":[${JSON.stringify(text)}${next === ']' ? ']' : `,${next}`}`,
  )

function isPayload(line: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(line)) return false
  try {
    return inflateRawSync(Buffer.from(line, 'base64')).length > 0
  } catch {
    return false
  }
}
