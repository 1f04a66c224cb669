import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { receiverCommand } from '../../lib/transport/delivery/wire.ts'
import { Child } from './child.ts'
import { cpuSince, cpuTimes } from './cpu-times.ts'
import { type FarSide, startFarSide } from './delivery-far.ts'
import type { Brought, NearCommand, NearOrder } from './delivery-near.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import type { Span } from './figures.ts'
import { pathOfProgram } from './needs.ts'

/** What the rows share. */
export type Bench = {
  readonly folder: string
  readonly say: (text: string) => void
  readonly keep: (child: Child) => void
  readonly undo: (act: () => Promise<void>) => void
  /** The machine's own congestion control. */
  readonly machine: string
}

export type Line = {
  readonly rttMs: number
  readonly kbitPerS: number
  readonly budgetKbitPerS: number
  readonly queueKb?: number
  readonly congestion?: string
}

/** A line, a real OpenSSH server with real PowerShell behind it, and our transport before it. */
export type Ends = {
  readonly emulator: Emulator
  readonly far: FarSide
  readonly folder: string
  near(store?: string): Child
  close(): Promise<void>
}

export const thinLine: Line = { rttMs: 600, kbitPerS: 512, budgetKbitPerS: 480, congestion: 'cubic' }

export async function openEnds(bench: Bench, line: Line): Promise<Ends> {
  const folder = mkdtempSync(join(bench.folder, 'ends-'))
  const emulator = await startEmulator(line)
  const children: Child[] = []
  const keep = (child: Child): void => void children.push(child)
  const close = async (): Promise<void> => {
    for (const child of children.splice(0).reverse()) await child.stop()
    await emulator.close()
  }
  bench.undo(close)
  const far = await startFarSide(emulator, folder, keep)
  return {
    emulator,
    far,
    folder,
    near(store = join(folder, 'near-store')) {
      const { address, port, account, key, knownHosts } = far
      const order: NearOrder = {
        ...{ address, port, account, key, knownHosts, store },
        rttMs: line.rttMs,
        lineKbitPerS: line.kbitPerS,
        budgetKbitPerS: line.budgetKbitPerS,
      }
      const file = new URL('delivery-near.ts', import.meta.url).pathname
      const child = new Child(
        'delivery-near',
        emulator.at('home', [process.execPath, file, JSON.stringify(order)]),
      )
      keep(child)
      return child
    },
    close,
  }
}

export const tell = <T>(near: Child, command: NearCommand): Promise<T> => near.ask<T>(JSON.stringify(command))

/** A file that nothing makes smaller. */
export function incompressible(folder: string, name: string, megabytes: number): string {
  const path = join(folder, name)
  const parts = Array.from({ length: megabytes }, () => randomBytes(1024 * 1024))
  writeFileSync(path, Buffer.concat(parts))
  return path
}

const sha = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Throws unless the store of the host holds the bytes of the file. */
export function assertThere(far: FarSide, path: string): void {
  const wanted = sha(path)
  const got = sha(join(far.store, wanted))
  if (got !== wanted) throw new Error(`the host holds ${got}, expected ${wanted}`)
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
export const round = (value: number, digits = 3): number => Number(value.toFixed(digits))
export const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0

type Copied = { readonly seconds: number; readonly span: Span }

/** A whole-file copy by a program of its own, as a person would: over a new connection. */
export async function copyBy(
  { emulator, far }: Ends,
  program: 'scp' | 'rsync',
  from: string,
  to: string,
): Promise<Copied> {
  const target = `${far.account}@${far.address}:${join(far.files, to)}`
  const ssh = [pathOfProgram('ssh'), '-F', '/dev/null', ...far.sshOptions]
  const command =
    program === 'scp'
      ? [pathOfProgram('scp'), '-q', '-F', '/dev/null', ...far.sshOptions, from, target]
      : [pathOfProgram('rsync'), '-z', '-e', ssh.join(' '), from, target]
  await emulator.reset()
  const started = performance.now()
  const child = new Child(program, emulator.at('home', command))
  child.give('')
  const code = await child.ended
  const seconds = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`${program}: exit code ${code}\n${child.stderr}`)
  return { seconds, span: await emulator.now() }
}

/** 4 MB over the thin line, looked at all the while. */
export async function measureThin(bench: Bench): Promise<object> {
  const ends = await openEnds(bench, thinLine)
  const path = incompressible(ends.folder, 'four', 4)
  const near = ends.near()
  await tell(near, { do: 'look', times: 2 })
  const idle = await tell<{ looks: readonly number[] }>(near, { do: 'look', times: 40 })
  await ends.emulator.reset()
  const alone = await tell<Brought>(near, { do: 'bring', path, name: 'four', looks: false })
  const span = await ends.emulator.now()
  assertThere(ends.far, path)
  const other = incompressible(ends.folder, 'other', 4)
  const looked = await tell<Brought>(near, { do: 'bring', path: other, name: 'other', looks: true })
  assertThere(ends.far, other)
  await ends.close()
  const bits = 4 * 1024 * 1024 * 8
  const share = (seconds: number): number => round(bits / (thinLine.budgetKbitPerS * 1000 * seconds))
  return {
    line: thinLine,
    seconds: round(alone.seconds),
    goodputShareOfBudget: share(alone.seconds),
    goodputWhileLooking: share(looked.seconds),
    mostInTwoSecondsShareOfBudget: round((span.most_up_2_s * 8) / 2000 / thinLine.budgetKbitPerS),
    looks: looked.looks.length,
    idleP95Ms: p95(idle.looks),
    p95Ms: p95(looked.looks),
    p95Ratio: round(p95(looked.looks) / p95(idle.looks)),
  }
}

/** 256 MB at 60 Mbit/s and 180 ms. */
export async function measureFast(bench: Bench): Promise<object> {
  const line: Line = {
    rttMs: 180,
    kbitPerS: 64_000,
    budgetKbitPerS: 60_000,
    queueKb: 1024,
    congestion: 'cubic',
  }
  const ends = await openEnds(bench, line)
  const path = incompressible(ends.folder, 'large', 256)
  const near = ends.near()
  await tell(near, { do: 'look', times: 2 })
  await ends.emulator.reset()
  const before = cpuTimes()
  const { seconds } = await tell<Brought>(near, { do: 'bring', path, name: 'large', looks: false })
  const cpu = cpuSince(before, {
    home: 'delivery-near.ts',
    sshd: 'sshd: ',
    receiver: receiverCommand.split(' ').at(-1) ?? '',
    emulator: 'emulator.py',
  })
  const span = await ends.emulator.now()
  assertThere(ends.far, path)
  await near.stop()
  const scp = await copyBy(ends, 'scp', path, 'large')
  await ends.close()
  const bits = 256 * 1024 * 1024 * 8
  return {
    line,
    seconds: round(seconds),
    goodputShareOfBudget: round(bits / (line.budgetKbitPerS * 1000 * seconds)),
    mostInTwoSecondsShareOfBudget: round((span.most_up_2_s * 8) / 2000 / line.budgetKbitPerS),
    dropped: span.dropped_up,
    cpuMsPerMegabyte: Object.fromEntries(
      Object.entries(cpu).map(([stage, ms]) => [stage, round(ms / 256, 1)]),
    ),
    scpSeconds: round(scp.seconds),
    scpShareOfBudget: round(bits / (line.budgetKbitPerS * 1000 * scp.seconds)),
    ratio: round(seconds / scp.seconds),
  }
}
