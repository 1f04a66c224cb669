import type { Json } from '../domain/json.ts'

/** Where the command line runs: everything that it reads and writes of its process. */
export type Surroundings = {
  readonly stdin: InStream
  readonly stdout: OutStream
  readonly stderr: OutStream
  readonly env: { readonly [name: string]: string | undefined }
  readonly cwd: string
}

/** The part of a stream that is read from; a terminal says so. */
export type InStream = NodeJS.ReadableStream & { readonly isTTY?: boolean }

/** The part of a stream that is written to; a terminal says so and how wide it is. */
export type OutStream = {
  write(text: string): boolean
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** The one writer: answers go to standard output, everything said on the way to standard error. */
export interface Output {
  readonly json: boolean
  readonly quiet: boolean
  /** Colours are wanted on standard output. */
  readonly color: boolean
  /** Columns of the terminal on standard output; undefined = no terminal, nothing is wrapped. */
  readonly width: number | undefined
  /** The answer: one line of JSON with `--json`, else the text. */
  answer(json: Json | object, text: () => string): void
  /** What a person wants to know meanwhile; silent with `--quiet`. */
  note(text: string): void
  /** What went wrong; never silent. */
  complain(text: string): void
}

/** A writer on two streams. `NO_COLOR` (any value but empty) turns colours off; no terminal does too. */
export function createOutput(
  at: Pick<Surroundings, 'stdout' | 'stderr' | 'env'>,
  wants: { readonly json: boolean; readonly quiet: boolean },
): Output {
  const terminal = at.stdout.isTTY === true
  return {
    ...wants,
    color: terminal && !wants.json && (at.env['NO_COLOR'] ?? '') === '' && at.env['TERM'] !== 'dumb',
    // A terminal that does not know its width says 0.
    width: terminal && at.stdout.columns !== 0 ? at.stdout.columns : undefined,
    answer: (json, text) => void at.stdout.write(withNewline(wants.json ? JSON.stringify(json) : text())),
    note: (text) => void (wants.quiet || at.stderr.write(withNewline(text))),
    complain: (text) => void at.stderr.write(withNewline(text)),
  }
}

const withNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
