import { PsThrow, Refused } from '../errors.ts'
import { PsErrorRecord, PsNative } from '../objects.ts'
import { text } from '../text.ts'
import { NOTHING } from '../objects.ts'
import { type PsValue } from '../values.ts'
import { settle } from './bind.ts'
import { type Bound } from './bound.ts'
import { type Engine, type Out, emit } from './engine.ts'

/** An error record as a command reports it: the command's name belongs to its id. */
export function withSuffix(record: PsErrorRecord, name: string): PsErrorRecord {
  if (name === '' || record.fqid.endsWith(`,${name}`)) return record
  const made = new PsErrorRecord(record.exception, `${record.fqid},${name}`, record.category, record.target)
  made.details = record.details
  return made
}

/** `$PSCmdlet` in an advanced function. */
export function psCmdlet(e: Engine, name: string, bound: Bound, out: Out): PsNative {
  const recordOf = (v: PsValue | undefined): PsErrorRecord => {
    if (!(v instanceof PsErrorRecord)) throw new Refused('an error that is no record')
    return withSuffix(v, name)
  }
  return new PsNative(
    'System.Management.Automation.PSScriptCmdlet',
    { ParameterSetName: () => settle(bound, true) || '__AllParameterSets' },
    {
      WriteError: (v) => {
        e.report(recordOf(v))
        return NOTHING
      },
      ThrowTerminatingError: (v) => {
        throw new PsThrow(recordOf(v))
      },
      ShouldProcess: () => {
        const whatIf = bound.values.get('WhatIf')
        if (whatIf !== undefined) throw new Refused('-WhatIf')
        return true
      },
      ShouldContinue: () => {
        throw new Refused('ShouldContinue')
      },
      WriteWarning: (v) => {
        e.warn(text(v ?? null))
        return NOTHING
      },
      WriteVerbose: () => NOTHING,
      WriteDebug: () => NOTHING,
      WriteObject: (v) => {
        emit(v === undefined ? null : [v], out)
        return NOTHING
      },
    },
  )
}
