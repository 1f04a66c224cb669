import { spawn } from 'node:child_process'

/** How a child process ended, with all it printed. */
export type Exit =
  | {
      readonly kind: 'exited'
      readonly code: number | null
      readonly signal: NodeJS.Signals | null
      readonly stdout: string
      readonly stderr: string
    }
  /** It could not be started at all: not found, not executable. */
  | { readonly kind: 'not-started'; readonly detail: string }

/** A child in a process group of its own: a terminal's Ctrl-C doesn't reach it, only what is sent here does. */
export interface Child {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined
  /** Sends one signal to the process itself. */
  signal(name: NodeJS.Signals): void
  /** Kills the process and whatever it started and left in its group. */
  killGroup(): void
  /** Never rejects. */
  readonly ended: Promise<Exit>
}

export type ChildOptions = {
  readonly cwd?: string
  /** The whole environment: nothing of this process's own is added. */
  readonly env: NodeJS.ProcessEnv
  readonly onStdout?: (text: string) => void
  readonly onStderr?: (text: string) => void
}

/** Starts a command without a shell and without input. */
export function startChild(command: string, args: readonly string[], options: ChildOptions): Child {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const out = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text
    options.onStdout?.(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text
    options.onStderr?.(text)
  })
  const ended = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'not-started', detail: error.message })
    })
    child.once('close', (code, signal) => resolve({ kind: 'exited', code, signal, ...out }))
  })
  return {
    pid: child.pid,
    signal: (name) => void child.kill(name),
    killGroup: () => {
      if (child.pid === undefined) return
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
      }
    },
    ended,
  }
}

/** Runs a command to its end; kills its whole group when `abort` fires. */
export async function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions & { readonly abort?: AbortSignal },
): Promise<Exit> {
  const child = startChild(command, args, options)
  const stop = () => child.killGroup()
  if (options.abort?.aborted) stop()
  options.abort?.addEventListener('abort', stop, { once: true })
  try {
    return await child.ended
  } finally {
    options.abort?.removeEventListener('abort', stop)
  }
}

/** Calls `take` for each whole line of what arrives in pieces. */
export function lines(take: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) take(line.replace(/\r$/, ''))
  }
}
