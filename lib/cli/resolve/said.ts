import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isFileError } from '../run/own-folders.ts'
import { intentsFolder } from './intent-log.ts'

const wordShape = z.object({
  what: z.enum(['done', 'not-done']),
  by: z.string(),
  why: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
})

/** What a person said became of a free command. It holds for the next act of that command, and goes with it. */
export type Word = Readonly<z.infer<typeof wordShape>>

const fileOf = (workFolder: string): string => join(intentsFolder(workFolder), 'said.json')

/** Words of a stack by URN that no run has used yet. */
export function wordsSaid(workFolder: string): ReadonlyMap<string, Word> {
  let text: string
  try {
    text = readFileSync(fileOf(workFolder), 'utf8')
  } catch (error) {
    if (isFileError(error) && error.code === 'ENOENT') return new Map()
    throw error
  }
  return new Map(Object.entries(z.record(z.string(), wordShape).parse(JSON.parse(text))))
}

/** Keeps a word, over an earlier one on the same URN. */
export const keepWord = (workFolder: string, urn: string, word: Word): void =>
  write(workFolder, new Map([...wordsSaid(workFolder), [urn, word]]))

/** A run has acted on it. */
export function dropWord(workFolder: string, urn: string): void {
  const words = wordsSaid(workFolder)
  if (words.has(urn)) write(workFolder, new Map([...words].filter(([one]) => one !== urn)))
}

/** None of them is waited for any more. */
export const dropWords = (workFolder: string): void => rmSync(fileOf(workFolder), { force: true })

/** Whole or not at all. */
function write(workFolder: string, words: ReadonlyMap<string, Word>): void {
  const file = fileOf(workFolder)
  if (words.size === 0) return rmSync(file, { force: true })
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(words)), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
