import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { processRuns, thisProcess } from '../../link/this-process.ts'
import { isFileError } from '../run/own-folders.ts'
import { type IntentFile, readIntents } from './intent-lines.ts'
import { intentsFolder } from './intent-log.ts'

/** Every run of a stack whose intents are still written, the oldest first. */
export function intentFiles(workFolder: string): readonly IntentFile[] {
  const folder = intentsFolder(workFolder)
  return namesIn(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readIntents(join(folder, name), textOf(join(folder, name))) ?? [])
    .sort((a, b) => a.run.at.localeCompare(b.run.at))
}

/** Whether the run is at work. Of one of another machine, or of another container, nothing can be told: then it is not said to be. */
export function isAlive({ run, over }: IntentFile): boolean {
  return !over && run.process.place === thisProcess().place && processRuns(run.process)
}

/** How an intent ended that had no end: by a look, or by a person's word. */
export type LateEnd = {
  readonly id: number
  readonly how: 'resolved' | 'said'
  readonly what: string
  readonly by?: string
  readonly why?: string
}

/** Adds ends to a file of intents; it goes when each has one. */
export function settleIntents(file: IntentFile, ends: readonly LateEnd[], at: string): void {
  const ended = new Set(ends.map(({ id }) => id))
  if (file.open.every(({ begin }) => ended.has(begin))) return rmSync(file.file, { force: true })
  const lines = ends.map(({ id, ...rest }) => `\n${JSON.stringify({ end: id, at, ...rest })}`)
  if (lines.length > 0) appendFileSync(file.file, lines.join(''))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return []
    throw error
  }
}

/** Gone in between: its run ended well. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return ''
    throw error
  }
}
