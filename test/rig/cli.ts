import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const chancery = fileURLToPath(new URL('../../lib/cli/chancery.mjs', import.meta.url))

/** What a command line in this folder takes for the folder of this machine's links: no test shares links with another one, or with whoever runs it. */
export const machineOf = (cwd: string): string => join(cwd, 'machine')

export type CliOptions = {
  /** Folder of the project: the one of a rig. */
  readonly cwd: string
  /** Laid over the environment of the tests; undefined takes a variable away. */
  readonly env?: { readonly [name: string]: string | undefined }
  /** Runs on a terminal of so many columns; standard output and error are one then. Default: no terminal. */
  readonly columns?: number
  /** Also as root: what its owner may not write can't be written. Default: as the tests run. */
  readonly minded?: boolean
}

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A command line that runs. */
export interface RunningCli {
  /** The command line itself; on a terminal, what gives it one. */
  readonly pid: number
  /** What was written so far. */
  readonly written: { readonly stdout: string; readonly stderr: string }
  /** Ids of it and of every process below it. */
  processes(): readonly number[]
  /** Resolves when the text was written to either stream; rejects when the process ends without. */
  until(text: string): Promise<void>
  /** On a terminal: what a person types. `\x03` is Ctrl-C. */
  type(text: string): void
  /** Takes the terminal away, as when a session is lost. `over` resolves when the command line has ended. */
  hangUp(): Promise<{ readonly over: Promise<void> }>
  /** Kills it and every process that it started, as when the power goes. */
  cutPower(): Promise<void>
  /** Kills it alone. Resolves when what it had started has ended by itself. */
  kill(): Promise<void>
  readonly ended: Promise<Ended>
}

/** Runs a command line to its end, as a process of its own. */
export const runCli = (args: readonly string[], options: CliOptions): Promise<Ended> =>
  startCli(args, options).ended

/** Starts a command line. */
export function startCli(args: readonly string[], options: CliOptions): RunningCli {
  const child = spawnIn(args, options)
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  let over = false
  const changed = (): void => {
    for (const listener of [...listeners]) listener()
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      changed()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      over = true
      changed()
      resolve({ code, ...written })
    })
  })
  const own = child.pid ?? 0
  /** On a terminal the command line is what `script` runs. */
  const cli = (): number => (options.columns === undefined ? own : (descendantsOf(own)[0] ?? own))
  return {
    pid: own,
    written,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const all = `${written.stdout}${written.stderr}`
          if (!all.includes(text) && !over) return
          listeners.delete(look)
          if (all.includes(text)) resolve()
          else reject(new Error(`never wrote ${JSON.stringify(text)}, but:\n${all}`))
        }
        listeners.add(look)
        look()
      }),
    processes: () => [own, ...descendantsOf(own)],
    type: (text) => void child.stdin?.write(text),
    hangUp: async () => {
      const pid = cli()
      child.kill('SIGKILL')
      await ended
      return { over: gone([pid]) }
    },
    cutPower: async () => {
      const all = [own, ...descendantsOf(own)]
      for (const pid of all) process.kill(pid, 'SIGKILL')
      await gone(all)
    },
    kill: async () => {
      const others = descendantsOf(cli())
      process.kill(cli(), 'SIGKILL')
      await gone(others)
    },
  }
}

const gone = (pids: readonly number[]): Promise<void> => waitUntil(() => !pids.some(isAlive))

/** Resolves once something that only another process can bring about is so. */
export async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** A process that has ended and was not waited for is no more. */
const isAlive = (pid: number): boolean =>
  !['', 'Z'].includes(textOf(`/proc/${pid}/stat`).split(') ')[1]?.[0] ?? '')

function spawnIn(args: readonly string[], { cwd, env, columns, minded = false }: CliOptions): ChildProcess {
  const bound =
    minded && process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []
  const command = [...bound, process.execPath, chancery, ...args]
  const options = {
    cwd,
    env: Object.fromEntries(
      Object.entries({
        ...process.env,
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        CHANCERY_MACHINE_FOLDER: machineOf(cwd),
        CHANCERY_PATIENCE: '12',
        ...env,
      }).filter(([, value]) => value !== undefined),
    ),
  }
  if (columns === undefined)
    return spawn(command[0]!, command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  // script gives its command a terminal; the command takes the shell's place, so that the terminal's signals reach it alone.
  const line = `stty cols ${columns} rows 40; exec ${command.map(quoted).join(' ')}`
  return spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
    ...options,
    env: { ...options.env, SHELL: '/bin/sh', TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Processes below one, deepest last. From /proc: Linux. */
function descendantsOf(pid: number): readonly number[] {
  const children = namesIn(`/proc/${pid}/task`).flatMap((thread) =>
    textOf(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Lines that stood on a terminal at any time, without what paints and moves the cursor. */
export const terminalLines = (text: string): readonly string[] =>
  stripVTControlCharacters(text)
    .split(/\r*\n|\r/)
    .map((line) => line.trimEnd())
