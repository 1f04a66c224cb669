import '../engine/light-sdk.ts'
import { defect, runCommandLine } from './program.ts'

/** Runs the command line of this process and ends it with the command's exit code: the one place that exits. */
export async function main(): Promise<never> {
  // Whoever read our output left: a closed pipe (`| head`), a terminal that is gone. What was begun goes on without being told.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessReaderLeft)
  process.on('uncaughtException', (error) => {
    // While a program runs, the engine's language host listens too, and tells of it as the program's.
    if (process.listenerCount('uncaughtException') === 1) void defect(error, process).then(process.exit)
  })
  const code = await runCommandLine(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  })
  await new Promise((resolve) => process.stdout.write('', resolve))
  await new Promise((resolve) => process.stderr.write('', resolve))
  process.exit(code)
}

function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
}
