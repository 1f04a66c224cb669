import { PassThrough } from 'node:stream'
import { runCommandLine } from '../../lib/cli/program.ts'

/** Where a command line runs in this process, and what a person types. */
export type Here = {
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  /** Both streams are a terminal of so many columns. Default: none. */
  readonly columns?: number | undefined
  /** Absent: nobody sits there. */
  readonly typed?: string | undefined
  /** Hears each time that something was written to standard output. */
  readonly answered?: () => void
}

/** Runs a command line in this process. */
export async function runHere(
  argv: readonly string[],
  { cwd, env, columns, typed, answered }: Here,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
      if (name === 'stdout') answered?.()
      return true
    },
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  })
  const stdin = new PassThrough()
  if (typed !== undefined) stdin.write(`${typed}\n`)
  const code = await runCommandLine(argv, {
    stdin: Object.assign(stdin, { isTTY: typed !== undefined }),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    cwd,
  })
  return { code, ...written }
}
