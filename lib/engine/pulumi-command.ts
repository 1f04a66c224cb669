import { PulumiCommand, type EngineEvent } from '@pulumi/pulumi/automation/index.js'
import { parse } from 'semver'
import { systemClock, type Clock } from '../domain/clock.ts'
import { startChild, type Exit } from './child.ts'
import type { Interrupts } from './interrupts.ts'
import { noteEngine } from './own-engines.ts'

/** The engine ended with something other than 0. */
export class EngineExit extends Error {
  readonly exit: Exit
  constructor(exit: Exit) {
    super(exit.kind === 'exited' ? `the engine ended with ${exit.code ?? exit.signal}` : exit.detail)
    this.exit = exit
  }
}

/** How the Automation API calls a command. */
type Run = (
  args: string[],
  cwd: string,
  env: Record<string, string>,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
) => Promise<{ stdout: string; stderr: string; code: number }>

export type CommandOptions = {
  readonly enginePath: string
  readonly engineVersion: string
  /** The whole environment of the engine. */
  readonly env: Record<string, string>
  readonly interrupts: Interrupts
  readonly clock?: Clock
}

/** A command for the Automation API, and what its engine is to be heard saying. */
export type EngineCommand = {
  readonly command: PulumiCommand
  /** To be called with each event of the engine: they tell when it listens to signals, and to which it has listened. */
  hear(event: EngineEvent): void
}

/** After the second interrupt the engine has this long to write its state. */
const terminateGraceMs = 5_000

/**
 * The Automation API's own command starts the engine in our process group, where a terminal's Ctrl-C reaches it beside ours: two
 * signals, and the engine cuts what is in flight. This one starts it in a group of its own and passes on one signal an interrupt,
 * not before the engine listens: until then a signal would kill it and leave its lock, and two at once would count as one.
 */
export function engineCommand(options: CommandOptions): EngineCommand {
  const clock = options.clock ?? systemClock
  /** How many signals the engine is ready for: one from its first event on, the second once it has said that it cancels. */
  let awaited = 0
  let deliver = (): void => undefined

  const run: Run = async (args, cwd, _env, onOutput, onError) => {
    const child = startChild(options.enginePath, [...args, '--non-interactive'], {
      cwd,
      env: options.env,
      ...(onOutput && { onStdout: onOutput }),
      ...(onError && { onStderr: onError }),
    })
    const forget = child.pid === undefined ? () => {} : noteEngine(cwd, child.pid)
    const over = new AbortController()
    let sent = 0
    deliver = () => {
      for (; sent < Math.min(awaited, options.interrupts.level); sent++) child.signal('SIGINT')
    }
    const stop = options.interrupts.listen((level) => {
      deliver()
      if (level === 2)
        void clock.sleep(terminateGraceMs, over.signal).then((elapsed) => elapsed && child.killGroup())
    })
    try {
      const exit = await child.ended
      if (exit.kind !== 'exited' || exit.code !== 0) throw new EngineExit(exit)
      return { stdout: exit.stdout, stderr: exit.stderr, code: 0 }
    } finally {
      stop()
      forget()
      over.abort()
    }
  }
  // The class's constructor is private, and `run` is all of it that is used.
  const command: PulumiCommand = Object.assign(Object.create(PulumiCommand.prototype), {
    command: options.enginePath,
    version: parse(options.engineVersion),
    run,
  })
  return {
    command,
    hear: ({ stdoutEvent }) => {
      awaited = stdoutEvent?.message.includes('received; cancelling') ? 2 : Math.max(awaited, 1)
      deliver()
    },
  }
}
