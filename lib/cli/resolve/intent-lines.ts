import { z } from 'zod'

const processShape = z.object({
  machine: z.string(),
  user: z.string(),
  pid: z.number(),
  place: z.string(),
  boot: z.string(),
  started: z.string(),
})

const runShape = z.object({
  run: z.string(),
  by: z.string(),
  operation: z.string(),
  stack: z.string(),
  at: z.string(),
  process: processShape,
})
const beginShape = z.object({
  begin: z.number().int(),
  at: z.string(),
  host: z.string(),
  urn: z.string(),
  key: z.string(),
  operation: z.string(),
  verbs: z.array(z.string()),
  expect: z.string(),
})
const endShape = z.object({
  end: z.number().int(),
  at: z.string(),
  /** `resolved`: a later look told; `said`: a person did. */
  how: z.enum(['done', 'not-begun', 'failed', 'resolved', 'said']),
  /** What the look told, or the person said. */
  what: z.string().exactOptional(),
  by: z.string().exactOptional(),
  why: z.string().exactOptional(),
})

const overShape = z.object({ over: z.string() })

/** The first line of a file of intents: whose run it was. */
export type RunLine = Readonly<z.infer<typeof runShape>>
/** A line that says that something is about to be done. */
export type BeginLine = Readonly<z.infer<typeof beginShape>>
/** Any other line. */
export type IntentLine = BeginLine | Readonly<z.infer<typeof endShape>> | Readonly<z.infer<typeof overShape>>

/** A run's intents as they lie in its file. */
export type IntentFile = {
  readonly file: string
  readonly run: RunLine
  /** Its last line says that the run ended, with acts of which it never learned how they did; false: it was cut off, or is at work. */
  readonly over: boolean
  /** Without an end. */
  readonly open: readonly BeginLine[]
  /** Numbers of lines that are none: a crash or a full disk cut them off, so what they announced was never sent. */
  readonly unreadable: readonly number[]
}

/** Reads a file of intents. Pure. Undefined: not even its first line is whole, so nothing was sent under it. */
export function readIntents(file: string, text: string): IntentFile | undefined {
  const open = new Map<number, BeginLine>()
  const unreadable: number[] = []
  let run: RunLine | undefined
  let over = false
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const json = parsed(line)
    const begin = beginShape.safeParse(json)
    const end = endShape.safeParse(json)
    const head = runShape.safeParse(json)
    if (begin.success) open.set(begin.data.begin, begin.data)
    else if (end.success) open.delete(end.data.end)
    else if (head.success) run ??= head.data
    else if (overShape.safeParse(json).success) over = true
    else unreadable.push(at + 1)
  }
  return run === undefined ? undefined : { file, run, over, open: [...open.values()], unreadable }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
