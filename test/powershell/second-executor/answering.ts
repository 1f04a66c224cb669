import { TimeUp } from '../../../lib/lab/executor.ts'
import { modules } from '../../../lib/lab/windows/modules.ts'
import { commandsOf } from '../../../lib/lab/windows/cmdlet.ts'
import { environmentOf, staticsOf } from '../../../lib/lab/windows/statics.ts'
import type { World } from '../../../lib/lab/world/world.ts'
import {
  type Call,
  type Cmdlet,
  DotNetException,
  type ErrorInit,
  type StaticType,
} from '../../../lib/powershell/index.ts'
import { hresultOf, RUNTIME } from '../../../lib/powershell/errors.ts'
import type { PsValue } from '../../../lib/powershell/values.ts'
import type { Line } from './order.ts'
import { fromWire, Handed, toWire, type WireValue } from './wire-values.ts'

type Event = { readonly is: 'output' | 'warning' | 'error' | 'failure'; readonly value: unknown }

/** Ends a cmdlet whose caller stops at the first error. */
class Stopped extends Error {}

/** Names as Windows spells them: an engine elsewhere tells their case apart. */
const variables = [
  'COMPUTERNAME',
  'ProgramData',
  'ProgramFiles',
  'PUBLIC',
  'SSH_CONNECTION',
  'SystemDrive',
  'SystemRoot',
  'USERNAME',
  'USERPROFILE',
  'windir',
] as const

/** Parameters of every command that a cmdlet does not see. */
const common = new Set([
  'Confirm',
  'Debug',
  'ErrorAction',
  'ErrorVariable',
  'InformationAction',
  'InformationVariable',
  'OutBuffer',
  'OutVariable',
  'PipelineVariable',
  'ProgressAction',
  'Verbose',
  'WarningAction',
  'WarningVariable',
  'WhatIf',
])

/** Answers what the stubs of one script ask, out of one world. */
export class Answering {
  readonly handed = new Handed()
  timeIsUp = false
  /** A fault of the simulation itself. */
  defect: unknown
  readonly #world: World
  readonly #command: (name: string) => Cmdlet | undefined
  readonly #type: (name: string) => StaticType | undefined

  constructor(world: World, command = commandsOf(modules, world)) {
    this.#world = world
    this.#command = command
    this.#type = staticsOf(world)
  }

  environment(): Line {
    return Object.fromEntries(variables.map((name) => [name, environmentOf(this.#world, name) ?? null]))
  }

  /** The host's clock in ticks. */
  now(): string {
    return String(621_355_968_000_000_000n + BigInt(Math.round(this.#world.now())) * 10_000n)
  }

  answer(line: Line): Line {
    if (this.timeIsUp || this.defect !== undefined) return this.#over(line)
    try {
      if (typeof line['call'] === 'string') return { events: this.#call(line['call'], line), now: this.now() }
      if (typeof line['static'] === 'string') return this.#static(line['static'], line)
      if (typeof line['get'] === 'number') {
        const object = this.handed.object(line['get'])
        const name = String(line['name'])
        if (!object.properties.has(name)) throw new Error(`Internal error: no property ${name}`)
        return { value: this.#out(object.properties.get(name) ?? null) }
      }
      if (typeof line['defect'] === 'string') throw new Error(line['defect'])
      throw new Error(`Internal error: not a question: ${JSON.stringify(line)}`)
    } catch (cause) {
      if (cause instanceof TimeUp) this.timeIsUp = true
      else this.defect = cause
      return this.#over(line)
    }
  }

  /** Nothing more is done for this script; whatever it asks fails. */
  #over(line: Line): Line {
    const error = {
      message: 'stopped',
      type: RUNTIME,
      hresult: 0,
      id: 'Stopped',
      category: 'OperationStopped',
      target: null,
    }
    if (line['call'] !== undefined) return { events: [{ is: 'failure', value: error }] }
    return line['static'] === undefined ? { value: null } : { thrown: error }
  }

  #call(name: string, line: Line): readonly Event[] {
    const cmdlet = this.#command(name)
    if (cmdlet === undefined) throw new Error(`Internal error: the stub ${name} is of no module that is here`)
    const events: Event[] = []
    const call: Call = {
      bound: new Map(
        Object.entries(line['bound'] as { readonly [name: string]: WireValue })
          .filter(([parameter]) => !common.has(parameter))
          .map(([parameter, value]) => [parameter, fromWire(value, this.handed, this.#type)]),
      ),
      set: line['set'] === '__AllParameterSets' ? '' : String(line['set']),
      write: (value) => void events.push({ is: 'output', value: this.#out(value) }),
      warn: (message) => void events.push({ is: 'warning', value: message }),
      error: (init) => {
        events.push({ is: 'error', value: this.#error(init) })
        if (line['stop'] === true) throw new Stopped()
      },
      fail: (init) => {
        events.push({ is: 'failure', value: this.#error(init) })
        throw new Stopped()
      },
    }
    try {
      cmdlet.invoke(call)
    } catch (cause) {
      if (cause instanceof DotNetException) {
        const { type, message, hresult } = cause.exception
        const init = { message, fqid: type, category: 'NotSpecified', type, hresult }
        events.push({ is: 'failure', value: this.#error(init) })
      } else if (!(cause instanceof Stopped)) throw cause
    }
    return events
  }

  #static(name: string, line: Line): Line {
    const method = this.#type(name)?.methods[String(line['method'])]
    if (method === undefined)
      throw new Error(`Internal error: the simulation has no ${name}.${String(line['method'])}`)
    const given = (line['given'] as readonly WireValue[]).map((v) => fromWire(v, this.handed, this.#type))
    try {
      return { value: this.#out(method(...given)), now: this.now() }
    } catch (cause) {
      if (!(cause instanceof DotNetException)) throw cause
      const { type, message, hresult } = cause.exception
      return { thrown: { type, message, hresult } }
    }
  }

  #out(value: PsValue): WireValue {
    return toWire(value, this.handed)
  }

  #error(init: ErrorInit): Line {
    const type = init.type ?? RUNTIME
    return {
      message: init.message,
      id: init.fqid.replace(/,.*$/, ''),
      category: init.category,
      type,
      hresult: init.hresult ?? hresultOf(type),
      target: this.#out(init.target ?? null),
    }
  }
}
