import { enumParse } from '../enums.ts'
import { Refused } from '../errors.ts'
import { itemsOf } from '../convert.ts'
import { PsErrorRecord, PsException, PsSwitch, isNull } from '../objects.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'
import { formals } from '../run/formal.ts'
import { emit } from '../run/engine.ts'
import { withSuffix } from '../run/pscmdlet.ts'
import { hresultOf } from '../errors.ts'
import { type BuiltIn, type Starting, classOf } from './built-in.ts'

/** Write-Output */
export const writeOutput: BuiltIn = {
  name: 'Write-Output',
  className: classOf('Write-Output'),
  formals: open('InputObject:object!|+ NoEnumerate:switch'),
  start(call) {
    const put = (v: PsValue): void => {
      if (call.values.get('NoEnumerate') instanceof PsSwitch) call.out(v)
      else emit(v, call.out)
    }
    return { once: () => put(call.values.get('InputObject') ?? null), process: put }
  },
}

function open(spec: string, allowNull = true): BuiltIn['formals'] {
  const f = formals(spec)
  return { ...f, list: f.list.map((p) => ({ ...p, allowNull, allowEmpty: true })) }
}

function message(name: string, write: (call: Starting, text: string) => void): BuiltIn {
  return {
    name,
    className: classOf(name),
    formals: open('Message=Msg:string@0!|', false),
    start: (call) => ({
      once: () => write(call, text(call.values.get('Message') ?? null)),
      process: (v) => write(call, text(v)),
    }),
  }
}

/** Write-Warning */
export const writeWarning = message('Write-Warning', (call, m) => call.warn(m))

const quiet = (name: string, preference: string): BuiltIn =>
  message(name, (call) => {
    if (
      call.engine.preference(preference) !== 'SilentlyContinue' ||
      call.values.get('Verbose') instanceof PsSwitch ||
      call.values.get('Debug') instanceof PsSwitch
    )
      throw new Refused(`${name} that is shown`)
  })

/** Write-Verbose, silent as by default. */
export const writeVerbose = quiet('Write-Verbose', 'VerbosePreference')
/** Write-Debug, silent as by default. */
export const writeDebug = quiet('Write-Debug', 'DebugPreference')

/** Write-Progress, silent under the preamble. */
export const writeProgress: BuiltIn = {
  name: 'Write-Progress',
  className: classOf('Write-Progress'),
  formals: formals(
    'Activity:string@0! Status:string@1 Id:int@2 PercentComplete:int SecondsRemaining:int CurrentOperation:string ParentId:int Completed:switch SourceId:int',
  ),
  start: (call) => ({
    once: () => {
      if (call.engine.preference('ProgressPreference') !== 'SilentlyContinue')
        throw new Refused('progress that is shown')
    },
  }),
}

/** Write-Error */
export const writeError: BuiltIn = {
  name: 'Write-Error',
  className: classOf('Write-Error'),
  formals: open(
    'Message=Msg:string@0!|{text} Exception:object!{exception} ErrorRecord:object!{record} Category:string{text,exception} ErrorId:string{text,exception} TargetObject:object{text,exception} RecommendedAction:string CategoryActivity:string CategoryReason:string CategoryTargetName:string CategoryTargetType:string',
  ),
  start(call) {
    const { values } = call
    const write = (m: PsValue | undefined): void => {
      for (const n of ['CategoryActivity', 'CategoryReason', 'CategoryTargetName', 'CategoryTargetType'])
        if (values.has(n)) throw new Refused(`-${n}`)
      const name = frameOf(call)
      const given = values.get('ErrorRecord')
      if (given instanceof PsErrorRecord) return call.report(withSuffix(given, name))
      const category = values.has('Category')
        ? enumParse('System.Management.Automation.ErrorCategory', text(values.get('Category')!))?.name
        : 'NotSpecified'
      if (category === undefined) throw new Refused('this error category')
      const type = 'Microsoft.PowerShell.Commands.WriteErrorException'
      const passed = values.get('Exception')
      const exception =
        passed instanceof PsException ? passed : new PsException(type, text(m ?? null), null, hresultOf(type))
      const id = values.has('ErrorId') ? text(values.get('ErrorId')!) : exception.type
      const target = values.get('TargetObject') ?? null
      const made = withSuffix(
        new PsErrorRecord(exception, id, category, isNull(target) ? null : target),
        name,
      )
      call.report(made)
    }
    return {
      once: () => write(values.get('Message')),
      process: (v) => write(itemsOf(v) === undefined ? v : null),
    }
  },
}

/** The function that a cmdlet was called in; '' at the top. */
function frameOf(call: Starting): string {
  return call.engine.frame
}
