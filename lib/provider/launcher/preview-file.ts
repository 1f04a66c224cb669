import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../domain/json.ts'
import type { PreviewMemory, Remembered } from '../preview-memory.ts'

/**
 * What the preview of a `pulumi up` decided, in a file of the work folder: its provider and that of the update are two processes with
 * one parent, the engine. The file is named by that parent and when it started, so that no other run of `pulumi` takes it for its own.
 */
export interface PreviewFile extends PreviewMemory {
  readonly entries: readonly Remembered[]
  /** The run of `pulumi` is over for this provider. */
  close(): void
}

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json())
const line = z.object({
  operation: z.enum(['create', 'update', 'delete']),
  urn: z.string(),
  host: z.string(),
  name: z.string(),
  inputs: z.string(),
  unknown: z.array(z.string()),
  look: z.object({ key: z.string(), was: z.string().exactOptional(), script: z.string(), params: json }),
  sight: z
    .object({
      hash: z.string(),
      found: json.nullable(),
      owner: z
        .object({
          organisation: z.string(),
          backend: z.string(),
          urn: z.string(),
          operation: z.string(),
          since: z.number().exactOptional(),
          adopted: z.boolean().exactOptional(),
        })
        .nullable(),
      machine: z.string().exactOptional(),
    })
    .optional(),
  guardAtStart: z.boolean(),
})
const heading = z.object({ provider: z.number() })

/** `parent`: process id of the engine that started this provider. */
export function openPreviewFile(folder: string, parent: number = process.ppid): PreviewFile {
  mkdirSync(folder, { recursive: true })
  removeOrphans(folder)
  const path = join(folder, `${nameOf(parent)}.jsonl`)
  const kept = readKept(path)
  if (kept === undefined) rmSync(path, { force: true })
  const entries = new Map((kept ?? []).map((entry) => [`${entry.operation} ${entry.urn}`, entry]))
  let begun = false
  const append = (what: object): void => appendFileSync(path, `${JSON.stringify(what)}\n`, { mode: 0o600 })
  return {
    follows: kept !== undefined,
    entries: [...entries.values()],
    recall: (operation, urn) => entries.get(`${operation} ${urn}`),
    note: (entry) => {
      if (!begun) append({ provider: process.pid })
      begun = true
      append(entry)
    },
    close: () => {
      if (kept !== undefined) rmSync(path, { force: true })
    },
  }
}

/** What an earlier provider of the same engine left, once it has ended; undefined: this one is the first, or what lies there is not whole. */
function readKept(path: string): readonly Remembered[] | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const [first, ...rest] = text.split('\n').slice(0, -1).map(parsed)
  const by = heading.safeParse(first)
  if (!by.success || isAlive(by.data.provider)) return undefined
  const entries = z.array(line).safeParse(rest)
  return entries.success ? entries.data.map(({ sight, ...rest }) => ({ ...rest, sight })) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Files of engines that are no more. */
function removeOrphans(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(name.split('-')[0])
    if (Number.isInteger(pid) && pid > 0 && name !== `${nameOf(pid)}.jsonl`)
      rmSync(join(folder, name), { force: true })
  }
}

const nameOf = (pid: number): string =>
  `${pid}-${createHash('sha256').update(startOf(pid)).digest('hex').slice(0, 16)}`

/** When a process started, in the words of the system; empty when there is none. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? ''
  } catch {
    // Not Linux, or no such process.
  }
  try {
    const options = { encoding: 'utf8', stdio: 'pipe' } as const
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim()
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
