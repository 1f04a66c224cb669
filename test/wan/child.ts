import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A child process that is spoken with in lines, one answer a question. */
export class Child {
  readonly name: string
  readonly #child: ChildProcess
  readonly #lines: string[] = []
  readonly #waiting: { resolve: (line: string) => void; reject: (cause: Error) => void }[] = []
  readonly ended: Promise<number>
  #stderr = ''
  #over = false

  constructor(
    name: string,
    command: readonly [string, ...string[]],
    options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
  ) {
    this.name = name
    const [program, ...args] = command
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options })
    this.#child = child
    child.stdin.on('error', () => undefined)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#lines.push(line)
      else waiting.resolve(line)
    })
    child.stderr.on(
      'data',
      (bytes: Buffer) => (this.#stderr = (this.#stderr + bytes.toString()).slice(-8192)),
    )
    this.ended = new Promise((resolve) => {
      const end = (code: number, why: string): void => {
        this.#over = true
        for (const { reject } of this.#waiting.splice(0))
          reject(new Error(`${name}: ${why}\n${this.#stderr}`))
        resolve(code)
      }
      child.once('error', (cause) => end(127, `could not be started: ${cause.message}`))
      child.once('close', (code, signal) => end(code ?? 1, `ended (${signal ?? `exit code ${code}`})`))
    })
  }

  /** What it wrote to standard error, the last 8 KB. */
  get stderr(): string {
    return this.#stderr
  }

  /** Its next line, parsed. Rejects when it ends first. */
  async next<T>(): Promise<T> {
    const line = this.#lines.shift() ?? (await this.#nextLine())
    return JSON.parse(line) as T
  }

  ask<T>(question: string): Promise<T> {
    this.#child.stdin?.write(`${question}\n`)
    return this.next<T>()
  }

  /** Every further line, until it ends. */
  async rest(): Promise<readonly string[]> {
    await this.ended
    return this.#lines.splice(0)
  }

  /** Resolves once it has written this to standard error. Rejects when it ends first. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#stderr.includes(text)) resolve()
      }
      look()
      this.#child.stderr?.on('data', look)
      void this.ended.then(() =>
        reject(new Error(`${this.name}: ended before it said "${text}"\n${this.#stderr}`)),
      )
    })
  }

  /** Writes its whole input and closes it. */
  give(input: string): void {
    this.#child.stdin?.end(input)
  }

  /** Ends it at once, by this signal. */
  end(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Closes its input, then asks it to end, then makes it end. Resolves once it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.stdin?.end()
    for (const [after, next] of [
      [1500, signal],
      [5000, 'SIGKILL'],
    ] as const) {
      if (await this.#goneWithin(after)) return
      this.#child.kill(next)
    }
    await this.ended
  }

  async #goneWithin(ms: number): Promise<boolean> {
    if (this.#over) return true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
    const gone = await Promise.race([this.ended.then(() => true as const), late])
    clearTimeout(timer)
    return gone
  }

  #nextLine(): Promise<string> {
    if (this.#over) return Promise.reject(new Error(`${this.name}: ended\n${this.#stderr}`))
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}
