import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refused } from './errors.ts'
import { type Host } from './host.ts'
import { fromJsonText, toJsonText } from './json.ts'
import { type PsErrorRecord } from './objects.ts'
import { run } from './run/run.ts'
import { read } from './syntax/read.ts'
import { typeOf } from './types.ts'

/** One recorded case: a script and what real PowerShell answered. `result` is kept as the text that was printed. */
export interface Case {
  readonly name: string
  readonly script: string
  readonly params: string
  readonly result: string
  readonly types: readonly string[]
  readonly warnings: readonly string[]
  readonly error: null | {
    readonly fqid: string
    readonly category: string
    readonly type: string
    readonly message: string
    readonly target: string | null
  }
}

/** What the interpreter did with a case. */
export type Outcome =
  | { readonly name: string; readonly outcome: 'same' }
  /** `why`: place and construct; `construct`: what the interpreter refuses, without the place. */
  | { readonly name: string; readonly outcome: 'refused'; readonly why: string; readonly construct: string }
  | { readonly name: string; readonly outcome: 'different'; readonly expected: string; readonly got: string }

/** Reads the cases of a folder: each `*.json` in it, an array with one case a line; throws where a file is written otherwise. */
export function readCases(folder: string): readonly Case[] {
  return readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .sort()
    .flatMap((f) => readFile(join(folder, f)))
}

function readFile(path: string): readonly Case[] {
  const content = readFileSync(path, 'utf8')
  const cases = content
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''))
    .filter((line) => line.startsWith('{'))
    .map(readCase)
  const whole: unknown = JSON.parse(content)
  if (!Array.isArray(whole) || whole.length !== cases.length)
    throw new Error(`${path}: expected an array with one case a line`)
  return cases
}

function readCase(line: string): Case {
  const plain = JSON.parse(line) as Omit<Case, 'result' | 'params'>
  return { ...plain, result: rawMember(line, 'result'), params: rawMember(line, 'params') }
}

/** The text of a member of a JSON object, digits as written. */
function rawMember(line: string, name: string): string {
  const members = new Map<string, string>()
  let depth = 0
  let key = ''
  let start = -1
  for (const m of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const t = m[0]
    if (t === '{' || t === '[') depth++
    else if (t === '}' || t === ']') {
      if (depth === 1 && start >= 0) members.set(key, line.slice(start, m.index).trim())
      depth--
    } else if (depth === 1 && t === ':') start = m.index + 1
    else if (depth === 1 && t === ',') {
      members.set(key, line.slice(start, m.index).trim())
      start = -1
    } else if (depth === 1 && start < 0 && t.startsWith('"')) key = JSON.parse(t) as string
  }
  return members.get(name) ?? 'null'
}

/** JSON text without blanks, its texts in one spelling, its numbers as written. */
export const squeeze = (json: string): string =>
  json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_all, quoted?: string) =>
    quoted === undefined ? '' : JSON.stringify(JSON.parse(quoted)),
  )

/** The embedder of the cases: no machine; a cmdlet that real PowerShell has is refused, not reported as unknown. */
export function bareHost(known: ReadonlySet<string>): Host {
  return {
    command(name) {
      if (known.has(name.toLowerCase())) throw new Refused(`the cmdlet ${name}`)
      return undefined
    },
    type: () => undefined,
    environment: () => undefined,
  }
}

function shown(e: PsErrorRecord, own: boolean): string {
  return JSON.stringify({
    fqid: e.fqid,
    category: e.category,
    type: e.exception.type,
    ...(own ? { message: e.exception.message } : {}),
  })
}

/** Runs one case. */
export function runCase(c: Case, host: Host): Outcome {
  const { name } = c
  const parsed = read(c.script, name)
  if (!parsed.ok)
    return {
      name,
      outcome: 'refused',
      why: parsed.error.map((x) => `${x.line}:${x.column}: ${x.message}`).join('; '),
      construct: parsed.error[0]?.message ?? 'syntax',
    }
  try {
    // the cases were recorded where integers out of JSON are Int64
    const result = run(parsed.value, { host, params: fromJsonText(c.params, true), jsonIntegers: 'Int64' })
    const e = result.error
    const own =
      e !== null &&
      c.error !== null &&
      (e.category === 'OperationStopped' || e.exception.type.endsWith('.WriteErrorException'))
    const got = [
      squeeze(toJsonText([...result.output], 8, true)),
      JSON.stringify(result.output.map(typeOf)),
      JSON.stringify(result.warnings),
      e === null ? 'null' : shown(e, own),
    ]
    const expected = [
      squeeze(c.result),
      JSON.stringify(c.types),
      JSON.stringify(c.warnings),
      c.error === null
        ? 'null'
        : JSON.stringify({
            fqid: c.error.fqid,
            category: c.error.category,
            type: c.error.type,
            ...(own ? { message: c.error.message } : {}),
          }),
    ]
    if (got.join('\n') === expected.join('\n')) return { name, outcome: 'same' }
    return { name, outcome: 'different', expected: expected.join(' | '), got: got.join(' | ') }
  } catch (x) {
    if (x instanceof Refused)
      return {
        name,
        outcome: 'refused',
        why: `${x.line}:${x.column}: ${x.construct}`,
        construct: x.construct,
      }
    throw x
  }
}

/** Refusals counted by feature, which is the first part of a case's name, and by construct; most first. */
export function refusalsOf(outcomes: readonly Outcome[]): {
  readonly byFeature: { readonly [feature: string]: number }
  readonly byConstruct: { readonly [construct: string]: number }
} {
  const refused = outcomes.filter((o) => o.outcome === 'refused')
  return {
    byFeature: counted(refused.map((o) => o.name.split('/')[0] ?? '')),
    byConstruct: counted(refused.map((o) => o.construct)),
  }
}

function counted(names: readonly string[]): { readonly [name: string]: number } {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)))
}
