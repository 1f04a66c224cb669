import type { Clock } from '../../../domain/clock.ts'
import type { Failure } from '../../../domain/failure.ts'
import { ok, type Result } from '../../../domain/result.ts'
import type { HostPort, OpBody } from '../../../transport/port.ts'
import type { Reply } from '../../../transport/wire.ts'
import { workerCommand } from '../../../transport/worker/payload.ts'
import { type DeepDocument, type DeepProbe, longestKept } from './document.ts'
import { deepScripts } from './scripts.ts'

/** Operations between two readings of the worker's memory. */
const operations = 300
/** What is asked twice: an observation of many things. */
const twice = 'services'

/** Asks a host every question, in two exchanges. Changes nothing there. */
export async function examineDeep(
  host: string,
  port: HostPort,
  clock: Clock,
  abort: AbortSignal,
): Promise<Result<DeepDocument, Failure>> {
  const questions = deepScripts()
  const scripts = new Map(questions.map(({ hash, text }) => [hash, text]))
  const ask = (name: string): OpBody => {
    const { hash } = questions.find((one) => one.name === name)!
    return { op: 'observe', key: `doctor|deep|${name}`, script: hash, params: {} }
  }
  const first = await port.exchange(
    { scripts, guards: [], ops: questions.map(({ name }) => ask(name)) },
    undefined,
    abort,
  )
  if (!first.ok) return first
  const again = await port.exchange(
    {
      scripts,
      guards: [],
      ops: [...Array.from({ length: operations }, () => ask('session')), ask(twice), ask('process')],
    },
    undefined,
    abort,
  )
  if (!again.ok) return again
  const probes = Object.fromEntries(
    questions.map(({ name }, index) => [name, probeOf(first.value.replies[index])] as const),
  )
  const [before, after] = [
    hashOf(first.value.replies[questions.findIndex(({ name }) => name === twice)]),
    hashOf(again.value.replies[operations]),
  ]
  return ok({
    schema: 'chancery.doctor.deep',
    version: 1,
    via: 'ssh',
    host,
    takenAt: new Date(clock.now()).toISOString(),
    powershell: port.hello?.ps ?? '',
    session: {
      frames: 2,
      operations: operations + 1,
      privateBytesBefore: privateBytes(probes['process']),
      privateBytesAfter: privateBytes(probeOf(again.value.replies[operations + 1])),
      commandCharacters: workerCommand.length,
      stable: before === undefined || after === undefined ? null : before === after,
    },
    probes,
  })
}

function probeOf(reply: Reply | undefined): DeepProbe {
  const none = { seen: null, error: null, warnings: [], ms: null }
  if (reply?.ok === true && reply.op === 'observe') {
    const characters = JSON.stringify(reply.seen).length
    const seen = reply.seen !== null && characters > longestKept ? { characters } : reply.seen
    return { ...none, seen, warnings: [...reply.warnings] }
  }
  if (reply?.ok === false && reply.why === 'error') {
    const { message, fqid, category, type, hresult } = reply.error
    return { ...none, error: { message, fqid, category, type, hresult }, warnings: [...reply.warnings] }
  }
  throw new Error(`Internal error: a question was answered with ${JSON.stringify(reply)}`)
}

const hashOf = (reply: Reply | undefined): string | undefined =>
  reply?.ok === true && reply.op === 'observe' ? reply.hash : undefined

function privateBytes(probe: DeepProbe | undefined): number | null {
  const bytes = probe?.seen?.['privateBytes']
  return typeof bytes === 'number' ? bytes : null
}
