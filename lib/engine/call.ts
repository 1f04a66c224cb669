import { err, ok, type Result } from '../domain/result.ts'
import { runChild } from './child.ts'
import { engineEnvironment, readyPlace, type StackPlace } from './place.ts'
import { readFailure, stackNotFound } from './read-failure.ts'
import type { StackFailure } from './stack-failure.ts'

/** What the engine prints; undefined when it knows no such stack. */
export async function call(
  place: StackPlace,
  args: readonly string[],
): Promise<Result<string | undefined, StackFailure>> {
  const ready = await readyPlace(place)
  if (!ready.ok) return ready
  const exit = await runChild(place.enginePath, [...args, '--non-interactive', '--color', 'never'], {
    cwd: place.workFolder,
    env: engineEnvironment(place, {}),
  })
  if (exit.kind === 'exited' && exit.code === 0) return ok(exit.stdout)
  if (exit.kind === 'exited' && exit.code === stackNotFound) return ok(undefined)
  const stderr = exit.kind === 'exited' ? exit.stderr : exit.detail
  return err(readFailure({ ...place, stderr, events: [], thrown: undefined, interruptLevel: 0 }))
}
