import { closeSync, fdatasyncSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../../domain/clock.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { thisProcess } from '../../link/this-process.ts'
import type { Intent, IntentEnd, Intents } from '../../reconcile/intents.ts'
import { isFileError } from '../run/own-folders.ts'
import type { IntentLine, RunLine } from './intent-lines.ts'

/** Folder of the intents of a stack: a file a run. */
export const intentsFolder = (workFolder: string): string => join(workFolder, 'intents')

/** A run as its intents name it. */
export type IntentRun = Pick<RunLine, 'run' | 'by' | 'operation' | 'stack'>

/**
 * Writes what a run is about to do at one site: one line an intent and one an end, only ever added. What is about to be done is on the
 * disk before `begin` returns. The file appears with the first intent, and goes with `close` when each has its end.
 */
export class IntentLog implements Intents {
  readonly #file: string
  readonly #run: IntentRun
  readonly #clock: Clock
  readonly #open = new Set<number>()
  #fd: number | undefined
  #next = 1

  constructor(workFolder: string, run: IntentRun, clock: Clock) {
    this.#file = join(intentsFolder(workFolder), `${run.run}.jsonl`)
    this.#run = run
    this.#clock = clock
  }

  begin(intents: readonly Intent[]): Result<readonly number[], string> {
    const ids = intents.map(() => this.#next++)
    const at = this.#now()
    const lines = intents.map((intent, i): IntentLine => ({
      begin: ids[i]!,
      at,
      ...intent,
      verbs: [...intent.verbs],
    }))
    try {
      const fd = this.#opened()
      write(fd, lines)
      fdatasyncSync(fd)
    } catch (error) {
      if (!isFileError(error)) throw error
      return err(`${this.#file}: ${error.message}`)
    }
    for (const id of ids) this.#open.add(id)
    return ok(ids)
  }

  end(id: number, how: IntentEnd): void {
    if (this.#written([{ end: id, at: this.#now(), how }])) this.#open.delete(id)
  }

  /** What has no end yet stays written, and that the run is over: its process may go on with another. */
  close(): void {
    if (this.#fd === undefined) return
    if (this.#open.size > 0) this.#written([{ over: this.#now() }])
    closeSync(this.#fd)
    this.#fd = undefined
    if (this.#open.size === 0) rmSync(this.#file, { force: true })
  }

  /** Whether they are: a full disk harms nothing here, for what has no end is looked at once more. */
  #written(lines: readonly IntentLine[]): boolean {
    if (this.#fd === undefined) return false
    try {
      write(this.#fd, lines)
      return true
    } catch (error) {
      if (!isFileError(error)) throw error
      return false
    }
  }

  #opened(): number {
    if (this.#fd !== undefined) return this.#fd
    const folder = dirname(this.#file)
    mkdirSync(folder, { recursive: true })
    const fd = openSync(this.#file, 'a', 0o600)
    try {
      write(fd, [{ ...this.#run, at: this.#now(), process: thisProcess() }])
      syncFolder(folder)
    } catch (error) {
      closeSync(fd)
      throw error
    }
    this.#fd = fd
    return fd
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

/** Does a job with the intents of a run at hand, which are closed after it however it ends. */
export async function withIntents<T>(
  workFolder: string,
  run: IntentRun,
  clock: Clock,
  job: (intents: Intents) => Promise<T>,
): Promise<T> {
  const intents = new IntentLog(workFolder, run, clock)
  try {
    return await job(intents)
  } finally {
    intents.close()
  }
}

/** A line that a full disk cut off is closed by the next one's line feed in front of it. */
function write(fd: number, lines: readonly (IntentLine | RunLine)[]): void {
  const bytes = Buffer.from(lines.map((line) => `\n${JSON.stringify(line)}`).join(''))
  let at = 0
  while (at < bytes.length) at += writeSync(fd, bytes, at)
}

/** So that the name of a new file outlives a lost power. */
function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
