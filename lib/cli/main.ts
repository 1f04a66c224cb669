import { exitCode } from '../domain/outcome.ts'
import { runCommandLine } from './program.ts'

/** Runs the command line of this process and ends it with the command's exit code: the one place that exits. */
export async function main(): Promise<never> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of our output left (`| head`): nobody is there to tell.
    if (error.code === 'EPIPE') process.exit(exitCode.done)
    throw error
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
