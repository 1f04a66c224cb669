import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'

/**
 * Which process this is, such that no other is taken for it: names of machines repeat among containers, process ids among
 * containers and over time.
 */
export type ProcessId = {
  readonly machine: string
  readonly user: string
  readonly pid: number
  /** Where process ids mean the same: the machine since its last start, and the namespace of its processes where there is one. */
  readonly place: string
  /** Where `ticks` counts the same: the machine since its last start. */
  readonly boot: string
  /** When the process started, as the system counts it; tells it from an earlier one of the same id. Empty = not known. */
  readonly started: string
}

/** This process. */
export function thisProcess(): ProcessId {
  const boot = textOf('/proc/sys/kernel/random/boot_id') ?? textOf('/etc/machine-id') ?? hostname()
  return {
    machine: hostname(),
    user: userName(),
    pid: process.pid,
    place: `${boot} ${namespaceOf('self') ?? ''}`.trimEnd(),
    boot,
    started: startOf(process.pid) ?? '',
  }
}

/** Milliseconds since the machine started, the same for all its processes, whatever its clock is set to. */
export const ticks = (): number => Number(process.hrtime.bigint() / 1_000_000n)

/** Whether a process of the same place runs: the same one, not a later one of its id, and not one that has ended and lies unburied. */
export function processRuns({ pid, started }: Pick<ProcessId, 'pid' | 'started'>): boolean {
  const stat = textOf(`/proc/${pid}/stat`)
  if (stat !== undefined) return !/\) [ZX] /.test(stat) && (started === '' || startedFrom(stat) === started)
  if (textOf('/proc/self/stat') !== undefined) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (e) {
    return e instanceof Error && 'code' in e && e.code === 'EPERM'
  }
}

const startOf = (pid: number): string | undefined => {
  const stat = textOf(`/proc/${pid}/stat`)
  return stat === undefined ? undefined : startedFrom(stat)
}

/** Field 22 of proc(5)'s stat, in ticks since the start of the machine; the name of the program, field 2, may hold anything. */
const startedFrom = (stat: string): string => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** An account without an entry among the system's users has only a number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}
