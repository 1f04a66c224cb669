import { createInterface } from 'node:readline/promises'
import type { Surroundings } from './output.ts'

/** A person is there to be asked: standard input is a terminal. */
export const canAsk = (at: Pick<Surroundings, 'stdin'>): boolean => at.stdin.isTTY === true

/** Asks and reads one line; undefined when the person hung up or interrupted. The question goes to standard error. */
export async function askLine(
  question: string,
  at: Pick<Surroundings, 'stdin' | 'stderr'>,
  abort: AbortSignal,
): Promise<string | undefined> {
  at.stderr.write(question)
  // Without an output readline leaves the terminal in line mode: Ctrl-C stays a signal of the process.
  const lines = createInterface({ input: at.stdin, terminal: false })
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', (line) => resolve(line.trim()))
      lines.once('close', () => resolve(undefined))
      abort.addEventListener('abort', () => resolve(undefined), { once: true })
      if (abort.aborted) resolve(undefined)
    })
  } finally {
    lines.close()
  }
}
