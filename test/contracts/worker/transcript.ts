import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../../lib/domain/json.ts'
import { asciiJson, marker } from '../../../lib/transport/wire.ts'

/** One line to the worker and what it must answer. */
type Exchange = {
  readonly title?: string
  /** A frame; scripts by name, `@name` is a path of the host, `@@name` one of the worker's own files, `{of: …}` the fingerprint of an observation, `{repeat, times}` a long text. */
  readonly send?: JsonObject
  /** A line as it is. */
  readonly raw?: string
  readonly deflate?: boolean
  /** Begins a new worker on the same host before it. */
  readonly reconnect?: boolean
  /** Lines of ours, in order; `*` stands for anything. */
  readonly lines: readonly Json[]
}

export type Transcript = { readonly title: string; readonly frames: readonly Exchange[] }

/** A worker to talk to. */
export type Party = {
  /** A worker that has just said hello. */
  start(): Promise<Conversation>
  /** A path for a file of that name on the host. */
  place(name: string): string
  /** The path of a file that the worker keeps. */
  kept(name: string): string
}

export type Conversation = {
  /** The worker's first line. */
  readonly hello: string
  /** Writes a line and resolves with the marked lines up to the frame's end; with none when `silent`. */
  say(line: string, silent: boolean): Promise<readonly string[]>
  end(): void
}

const here = new URL('.', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, here), 'utf8')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const scripts: ReadonlyMap<string, string> = new Map(
  readdirSync(new URL('scripts', here))
    .sort()
    .map((file) => [file.replace(/\.ps1$/, ''), read(`scripts/${file}`)]),
)

export const transcripts: readonly Transcript[] = readdirSync(new URL('transcripts', here))
  .sort()
  .map((file): Transcript => parse(read(`transcripts/${file}`)))

/** Plays a transcript; the differences found, each with the exchange it is in. Empty = none. */
export async function play(transcript: Transcript, party: Party): Promise<readonly string[]> {
  let worker = await party.start()
  const differences = differ('*', JSON.parse(worker.hello.slice(marker.length)), 'hello')
  try {
    for (const [index, exchange] of transcript.frames.entries()) {
      if (exchange.reconnect) {
        worker.end()
        worker = await party.start()
      }
      const got = await worker.say(lineOf(exchange, party), exchange.lines.length === 0)
      const where = `exchange ${index + 1}${exchange.title === undefined ? '' : ` (${exchange.title})`}`
      if (got.length !== exchange.lines.length)
        differences.push(
          `${where}: expected ${exchange.lines.length} lines, got ${got.length}:\n${got.join('\n')}`,
        )
      for (const [n, line] of got.entries()) {
        const wanted = exchange.lines[n]
        if (wanted === undefined) continue
        const parsed: Json = JSON.parse(line.slice(marker.length))
        if (line !== marker + asciiJson(parsed))
          differences.push(`${where}, line ${n + 1}: not compact ASCII JSON: ${line.slice(0, 300)}`)
        differences.push(
          ...differ(expand(wanted, party), parsed, `${where}, line ${n + 1}`),
          ...fingerprints(parsed, where),
        )
      }
    }
  } finally {
    worker.end()
  }
  return differences
}

function lineOf(exchange: Exchange, party: Party): string {
  if (exchange.send === undefined) return exchange.raw ?? ''
  const named = exchange.send['scripts']
  const frame: Json = expand(
    Array.isArray(named)
      ? {
          ...exchange.send,
          scripts: Object.fromEntries(
            named.map((name) => [sha256(scriptOf(name)), { text: scriptOf(name) }]),
          ),
        }
      : exchange.send,
    party,
  )
  const line = asciiJson(frame ?? {})
  return exchange.deflate ? `z${deflateRawSync(line).toString('base64')}` : line
}

function scriptOf(name: Json): string {
  const text = scripts.get(String(name))
  if (text === undefined)
    throw new Error(`transcript: no script ${String(name)} in test/contracts/worker/scripts`)
  return text
}

/** Replaces the shorthands of a transcript by what they stand for. */
function expand(value: Json, party: Party, key = ''): Json {
  if (typeof value === 'string') {
    if (value.startsWith('@@')) return party.kept(value.slice(2))
    if (value.startsWith('@')) return party.place(value.slice(1))
    return (key === 'script' || key === 'need') && value !== '*' ? sha256(scriptOf(value)) : value
  }
  if (isList(value)) return value.map((item) => expand(item, party, key))
  if (value === null || typeof value !== 'object') return value
  if ('of' in value) return sha256(asciiJson(expand(value['of'] ?? null, party)))
  if ('times' in value) return String(value['repeat']).repeat(Number(value['times']))
  if (key === 'scripts')
    return Object.fromEntries(Object.entries(value).map(([hash, held]) => [hash, textOf(held)]))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, expand(item, party, name)]))
}

const textOf = (held: Json): string =>
  held !== null && typeof held === 'object' && 'text' in held ? String(held.text) : ''
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** Differences between what was wanted (`*` = anything) and what came, order of keys included. */
function differ(wanted: Json, got: Json, where: string): string[] {
  if (wanted === '*') return []
  const both = [wanted, got].every((v) => v !== null && typeof v === 'object')
  if (!both || wanted === null || got === null || typeof wanted !== 'object' || typeof got !== 'object')
    return wanted === got ? [] : [`${where}: expected ${show(wanted)}, got ${show(got)}`]
  const keys = Object.keys(got)
  if (Object.keys(wanted).join() !== keys.join())
    return [`${where}: expected the keys of ${show(wanted)}, got ${show(got)}`]
  return Object.entries(wanted).flatMap(([name, item]) =>
    differ(item, Reflect.get(got, name), `${where}.${name}`),
  )
}

/** Every `hash` beside a `seen` is the SHA-256 of that JSON text. */
function fingerprints(value: Json, where: string): string[] {
  if (value === null || typeof value !== 'object') return []
  if (isList(value)) return value.flatMap((item) => fingerprints(item, where))
  const wrong: string[] = []
  if ('hash' in value && 'seen' in value) {
    const expected = value['seen'] === null ? 'absent' : sha256(asciiJson(value['seen'] ?? null))
    if (value['hash'] !== expected)
      wrong.push(
        `${where}: expected the fingerprint ${expected} of ${show(value['seen'] ?? null)}, got ${show(value['hash'] ?? null)}`,
      )
  }
  return [...wrong, ...Object.values(value).flatMap((item) => fingerprints(item, where))]
}

const show = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length > 600 ? `${text.slice(0, 600)}…` : text
}
