import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandsOf, type Module } from '../../lib/lab/windows/cmdlet.ts'
import { hostOf, modules } from '../../lib/lab/windows/modules.ts'
import type { Call, Host } from '../../lib/powershell/index.ts'
import { PsEnum, type PsValue, read, Refused, run, toWireJson } from '../../lib/powershell/index.ts'
import { labBench } from '../conformance/lab-bench.ts'
import { callsOf } from './second-executor/calls.ts'
import { RealEngine } from './second-executor/engine.ts'
import { comparable } from './second-executor/trace.ts'
import { Handed, toWire } from './second-executor/wire-values.ts'

/** What was bound, as text: enum values by name, text without regard to case where it names one. */
function shown(call: Call): string {
  const handed = new Handed()
  const plain = (value: PsValue): PsValue =>
    value instanceof PsEnum ? value.name : Array.isArray(value) ? value.map(plain) : value
  const bound = [...call.bound]
    .map(([name, value]) => [name, toWire(plain(value), handed)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([call.set === '__AllParameterSets' ? '' : call.set, bound])
}

/** The same modules, whose cmdlets only print what was bound. */
const echoing: readonly Module[] = modules.map((module) => ({
  ...module,
  cmdlets: Object.fromEntries(
    Object.keys(module.cmdlets).map((name) => [name, { invoke: (call: Call) => call.write(shown(call)) }]),
  ),
}))

const bench = labBench('hyperv')
bench.prepare(
  "$null = New-VM -Name 'fs1' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop",
)
bench.prepare("$null = New-VMSwitch -Name 'lan' -SwitchType Private -ErrorAction Stop")
const { world } = bench
const real = commandsOf(modules, world)
const echo = commandsOf(echoing, world)

let engine: RealEngine
beforeAll(() => {
  engine = new RealEngine()
})
afterAll(() => engine.close())

const calls = Number(process.env['CHANCERY_CALLS'] ?? 25)
/** Their -Name takes a class of its own, which text converts to. */
const notComparable = ['Install-WindowsFeature', 'Uninstall-WindowsFeature']
const names = modules
  .flatMap((module) => Object.keys(module.cmdlets))
  .filter((name) => !notComparable.includes(name))

/** What the interpreter answers; undefined where it refuses to. */
function interpreted(text: string, host: Host): unknown {
  const script = read(text, 'call')
  if (!script.ok) return undefined
  try {
    const { output, error } = run(script.value, { host, params: null })
    if (error === null) return { out: output.map(toWireJson), fault: null }
    return {
      out: [],
      fault: comparable({
        fqid: error.fqid,
        category: error.category,
        type: error.exception.type,
        message: error.exception.message,
        hresult: 0,
        stack: '',
      }),
    }
  } catch (cause) {
    if (cause instanceof Refused) return undefined
    throw cause
  }
}

describe('binding', () => {
  const answered = { same: 0, refused: 0 }
  test.each(names)('%s binds what the real binder binds, and refuses what it refuses', (name) => {
    const command: Host['command'] = (asked) =>
      (asked.toLowerCase() === name.toLowerCase() ? echo : real)(asked)
    const cmdlet = real(name)
    if (cmdlet === undefined) throw new Error(`no ${name}`)
    const host = { ...hostOf(world), command }
    fc.assert(
      fc.property(callsOf(cmdlet), (call) => {
        const text = `param($Params)\n${call}\n`
        const ours = interpreted(text, host)
        if (ours === undefined) {
          answered.refused += 1
          return
        }
        const { out, fault } = engine.of(world, command).run('', text, {}, 60_000)
        expect(ours).toEqual({ out, fault: comparable(fault) })
        answered.same += 1
      }),
      { numRuns: calls },
    )
  })

  test('is answered more often than it is refused', () => {
    expect(answered.same).toBeGreaterThan(answered.refused)
  })
})
