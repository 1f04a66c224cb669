import { readdirSync, readFileSync } from 'node:fs'

/** Of each process, by id: its command line, and the CPU time that it took so far, ms. Linux counts in hundredths of a second. */
export type CpuTimes = ReadonlyMap<string, { readonly command: string; readonly ms: number }>

export function cpuTimes(): CpuTimes {
  const times = new Map<string, { readonly command: string; readonly ms: number }>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [user, system] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13)
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      times.set(pid, { command, ms: (Number(user) + Number(system)) * 10 })
    } catch {
      // It has ended.
      continue
    }
  }
  return times
}

/** CPU time since then of the processes whose command line holds a text, ms, by the name of the text. Those that ended are not counted. */
export function cpuSince(
  before: CpuTimes,
  texts: { readonly [name: string]: string },
): { readonly [name: string]: number } {
  const now = [...cpuTimes()]
  const since = (text: string): number =>
    now
      .filter(([, { command }]) => command.includes(text))
      .reduce((sum, [pid, { ms }]) => sum + ms - (before.get(pid)?.ms ?? 0), 0)
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, since(text)]))
}
