import { readdirSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from './child.ts'
import type { Span } from './figures.ts'

/** Emulators that this process has started. */
let started = 0

const script = fileURLToPath(new URL('emulator.py', import.meta.url))

/** Two network namespaces and the thin line between them. */
export interface Emulator {
  /** Addresses of the two ends. */
  readonly home: string
  readonly site: string
  /** The command that runs this one at an end. */
  at(end: 'home' | 'site', command: readonly string[]): [string, ...string[]]
  /** Counts from here on. */
  reset(): Promise<void>
  /** What crossed since then, once the line has fallen silent. */
  read(): Promise<Span>
  /** What crossed so far. */
  now(): Promise<Span>
  /** From now on: `loss` and `reorder` a probability for each packet, `silent` 1 for a dead line. All 0 at the start. */
  set(what: 'loss' | 'reorder' | 'silent', value: number): Promise<void>
  close(): Promise<void>
}

export async function startEmulator(line: {
  readonly rttMs: number
  readonly kbitPerS: number
  /** Queue in front of each direction, KB; default 64. */
  readonly queueKb?: number
  /** Congestion control of both ends, as Linux names it; default: the machine's. */
  readonly congestion?: string
}): Promise<Emulator> {
  const name = `chancery-${process.pid}-${++started}`
  const figures = [line.rttMs, line.kbitPerS, line.queueKb ?? 64].map(String)
  const child = new Child('emulator.py', ['python3', script, name, ...figures], {
    env: { ...process.env, ...(line.congestion === undefined ? {} : { CONGESTION: line.congestion }) },
  })
  const { home, site } = await child.next<{ home: string; site: string }>()
  const counted = (): Promise<Span> => child.ask<Span>('read')
  return {
    home,
    site,
    at: (end, command) => ['ip', 'netns', 'exec', `${name}-${end}`, ...command],
    now: counted,
    set: async (what, value) => void (await child.ask(`${what} ${value}`)),
    reset: async () => void (await child.ask('reset')),
    async read() {
      for (let before = await counted(); ;) {
        await sleep(line.rttMs * 1.5)
        const now = await counted()
        if (now.packets_up === before.packets_up && now.packets_down === before.packets_down) return now
        before = now
      }
    },
    close: () => child.stop(),
  }
}

/** Names of namespaces that a benchmark left behind whose process is gone. */
export const leftBehind = (): readonly string[] =>
  existsSync('/run/netns')
    ? readdirSync('/run/netns').filter((name) => {
        const pid = /^chancery-(\d+)-\d+-(home|site)$/.exec(name)?.[1]
        return pid !== undefined && !existsSync(`/proc/${pid}`)
      })
    : []
