import type { JsonObject } from '../../domain/json.ts'
import {
  fromJson,
  loadParser,
  read,
  type ReadResult,
  Refused,
  run,
  text as textOf,
  toWireJson,
} from '../../powershell/index.ts'
import type { PsErrorRecord } from '../../powershell/objects.ts'
import type { WireError } from '../../transport/wire.ts'
import { type Execution, type Executor, fault, type Purpose, TimeUp, timeUp } from '../executor.ts'
import type { World } from '../world/world.ts'
import { hostOf } from './modules.ts'

/** Windows PowerShell of Windows Server 2022. */
const version = '5.1.20348.2849'

/** Scripts are parsed once a process, whatever hosts they run on. */
const parsed = new Map<string, ReadResult>()

/** Loads the parser and gives an executor for each world: the interpreter over the simulated cmdlets. */
export async function createExecutor(): Promise<(world: World) => Executor> {
  await loadParser()
  return (world) => {
    const host = hostOf(world)
    return {
      version,
      run: (hash, text, params, limitMs, purpose = 'look') => {
        world.sleepLeft = limitMs
        world.settle()
        if (world.hung) {
          world.sleep(limitMs)
          return nothing(timeUp)
        }
        try {
          return inLanguage(world, execute(host, hash, text, params, purpose))
        } catch (cause) {
          if (cause instanceof TimeUp) return nothing(timeUp)
          if (cause instanceof Refused)
            return nothing(cause.construct.endsWith(' outside a loop') ? leftEarly : notInterpreted(cause))
          throw cause
        } finally {
          world.sleepLeft = Infinity
        }
      },
    }
  }
}

/** A Windows in another language says the same in other words, under the same id. */
function inLanguage(world: World, done: Execution): Execution {
  if (world.language === 'en' || done.fault === undefined) return done
  const message = `Der Vorgang konnte nicht ausgef\u00fchrt werden. (${done.fault.hresult})`
  return { ...done, fault: { ...done.fault, message } }
}

const nothing = (failure: WireError): Execution => ({ out: [], warnings: [], fault: failure })

function execute(
  host: ReturnType<typeof hostOf>,
  hash: string,
  text: string,
  params: JsonObject,
  purpose: Purpose,
): Execution {
  let script = parsed.get(hash)
  if (script === undefined) {
    script = read(text, hash)
    parsed.set(hash, script)
  }
  if (!script.ok)
    return nothing(syntaxError(script.error.map((c) => `${c.line}:${c.column}: ${c.message}`).join('; ')))
  const { output, warnings, error } = run(script.value, { host, params: fromJson(params) })
  return {
    out:
      error !== null || purpose === 'act'
        ? []
        : output.map(purpose === 'look' ? (value) => toWireJson(value) : (value) => textOf(value)),
    warnings,
    fault: error === null ? undefined : wireError(error),
  }
}

function wireError(record: PsErrorRecord): WireError {
  let inner = record.exception
  while (inner.inner !== null) inner = inner.inner
  return {
    message: record.exception.message,
    fqid: record.fqid,
    category: record.category,
    type: record.exception.type,
    hresult: inner.hresult,
    stack: '',
  }
}

const leftEarly: WireError = fault(
  'Chancery.LeftEarly',
  'InvalidOperation',
  'The script ended by break, continue or exit',
)

const syntaxError = (message: string): WireError => ({
  message: `Exception calling "Create" with "1" argument(s): "${message}"`,
  fqid: 'ParseException',
  category: 'NotSpecified',
  type: 'System.Management.Automation.MethodInvocationException',
  hresult: -2146233087,
  stack: '',
})

/** What real PowerShell would run and the lab can't. */
const notInterpreted = (refusal: Refused): WireError =>
  fault(
    'Chancery.Lab.NotInterpreted',
    'NotImplemented',
    `The lab does not run this part of the script (line ${refusal.line}, column ${refusal.column}): ${refusal.construct}`,
  )
