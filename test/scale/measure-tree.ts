import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export type Measured = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly wallS: number
  /** CPU of the process itself, s. */
  readonly ownCpuS: number
  /** CPU of every other process below it, s. */
  readonly childrenCpuS: number
  /** Largest sum of the proportional set sizes of all of them, MiB, sampled every 200 ms. */
  readonly peakPssMiB: number
}

const ticksPerS = 100
const sampleMs = 200

/** Runs a command and measures it with all that it starts. Linux: reads /proc. */
export async function measureTree(command: string, args: readonly string[], cwd: string): Promise<Measured> {
  const began = Date.now()
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  let peak = 0
  let own = 0
  let waitedFor = 0
  const sample = (): void => {
    const pid = child.pid
    if (pid === undefined) return
    const tree = descendants(pid)
    peak = Math.max(
      peak,
      tree.reduce((sum, p) => sum + pssOf(p), 0),
    )
    const times = timesOf(pid)
    if (times !== undefined) ({ own, waitedFor } = times)
  }
  const timer = setInterval(sample, sampleMs)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(timer)
  return {
    code,
    stdout,
    stderr,
    wallS: (Date.now() - began) / 1000,
    ownCpuS: own / ticksPerS,
    childrenCpuS: waitedFor / ticksPerS,
    peakPssMiB: peak / 1024,
  }
}

export type Watched = {
  readonly engines: { readonly most: number; readonly mean: number }
  readonly peakPssMiB: number
}

/** Looks every second at a process and all below it until it is stopped: its memory, and how many have this name. Tells every tenth look. */
export function watchTree(
  pid: number,
  name: string,
  tell: (now: { readonly engines: number; readonly pssMiB: number }) => void,
): { stop(): Watched } {
  const counts: number[] = []
  let peak = 0
  const timer = setInterval(() => {
    const tree = descendants(pid)
    const engines = tree.filter((one) => read(`/proc/${one}/comm`)?.trim() === name).length
    const pssMiB = tree.reduce((sum, one) => sum + pssOf(one), 0) / 1024
    peak = Math.max(peak, pssMiB)
    counts.push(engines)
    if (counts.length % 10 === 0) tell({ engines, pssMiB })
  }, 1000)
  return {
    stop: () => {
      clearInterval(timer)
      const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length)
      return { engines: { most: Math.max(0, ...counts), mean }, peakPssMiB: peak }
    },
  }
}

/** utime + stime, and those of children that were waited for, in clock ticks. Source: proc(5), /proc/PID/stat. */
function timesOf(pid: number): { own: number; waitedFor: number } | undefined {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15)
  return { own: utime + stime, waitedFor: cutime + cstime }
}

function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0)
}

function descendants(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? read(`/proc/${pid}/stat`) : undefined
    if (stat !== undefined) parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const under = (pid: number): boolean =>
    pid === root || (parents.has(pid) && parents.get(pid) !== 0 && under(parents.get(pid)!))
  return [...parents.keys()].filter(under)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
