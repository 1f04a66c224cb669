import { readFileSync } from 'node:fs'
import { waitUntil } from './cli.ts'

/**
 * Stops processes where none of them has a file locked: one that is stopped within a transaction keeps others from that file, and a test that
 * stops it is about something else. Linux.
 */
export async function stopAtRest(pids: readonly number[]): Promise<void> {
  for (;;) {
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    await waitUntil(() => pids.every(isStopped))
    if (!pids.some(locksSomething)) return
    for (const pid of pids) process.kill(pid, 'SIGCONT')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Lets them go on. */
export function goOn(pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGCONT')
}

/** proc(5): T is stopped; one that has ended is none that gets on. */
const isStopped = (pid: number): boolean => {
  try {
    return /\) [TZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** As `1: POSIX  ADVISORY  WRITE 4711 08:01:131 120 120` in /proc/locks. */
const locksSomething = (pid: number): boolean =>
  readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some((line) => line.includes(` WRITE ${pid} `))
