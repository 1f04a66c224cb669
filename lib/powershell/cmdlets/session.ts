import { Refused, record } from '../errors.ts'
import { PsObject, PsNumber, type PsValue } from '../values.ts'
import { PsSwitch, NOTHING } from '../objects.ts'
import { text } from '../text.ts'
import { formals } from '../run/formal.ts'
import { setVariable } from '../run/variables.ts'
import { type BuiltIn, type Starting, classOf } from './built-in.ts'

/** Out-Null */
export const outNull: BuiltIn = {
  name: 'Out-Null',
  className: classOf('Out-Null'),
  formals: formals('InputObject:object|'),
  start: () => ({ once: () => undefined, process: () => undefined }),
}

/** Set-StrictMode, for the scope that calls it. */
export const setStrictMode: BuiltIn = {
  name: 'Set-StrictMode',
  className: classOf('Set-StrictMode'),
  formals: formals('Version:object!{Version} Off:switch!{Off}'),
  start: (call) => ({
    once: () => {
      const scope = call.engine.scope
      const v = call.values.get('Version')
      if (call.values.get('Off') instanceof PsSwitch) scope.strict = 0
      else if (v instanceof PsNumber) scope.strict = Math.min(3, Number(v.value))
      else if (typeof v === 'string' && v.toLowerCase() === 'latest') scope.strict = 3
      else if (typeof v === 'string' && /^\d(\.\d)?$/.test(v)) scope.strict = Math.min(3, Number(v))
      else throw new Refused('this version of strict mode')
    },
  }),
}

function scoped(call: Starting): void {
  if (call.values.has('Scope')) throw new Refused('-Scope')
}

/** Get-Variable */
export const getVariableCmdlet: BuiltIn = {
  name: 'Get-Variable',
  className: classOf('Get-Variable'),
  formals: formals('Name:string[]@0| ValueOnly:switch Include:string[] Exclude:string[] Scope:string'),
  start: (call) => ({
    once: () => {
      scoped(call)
      const names = call.values.get('Name')
      if (!Array.isArray(names) || names.some((n) => /[*?[]/.test(text(n as PsValue))))
        throw new Refused('Get-Variable of several')
      for (const n of names) {
        const name = text(n as PsValue)
        const found = call.engine.scope.find(name)
        if (found === undefined)
          call.report(
            record(
              `VariableNotFound,${call.className}`,
              `Cannot find a variable with the name '${name}'.`,
              'ObjectNotFound',
              'System.Management.Automation.ItemNotFoundException',
              name,
            ),
          )
        else if (call.values.get('ValueOnly') instanceof PsSwitch)
          call.out(found.value === NOTHING ? null : found.value)
        else
          call.out(
            new PsObject(
              ['System.Management.Automation.PSVariable'],
              new Map<string, PsValue>([
                ['Name', found.name],
                ['Value', found.value === NOTHING ? null : found.value],
              ]),
            ),
          )
      }
    },
  }),
}

/** Set-Variable, in the scope that calls it. */
export const setVariableCmdlet: BuiltIn = {
  name: 'Set-Variable',
  className: classOf('Set-Variable'),
  formals: formals(
    'Name:string[]@0! Value:object@1 Option:string Scope:string Force:switch PassThru:switch Description:string Visibility:string',
  ),
  start: (call) => ({
    once: () => {
      scoped(call)
      if (['Option', 'PassThru', 'Description', 'Visibility'].some((n) => call.values.has(n)))
        throw new Refused('Set-Variable with these parameters')
      const names = call.values.get('Name')
      for (const n of Array.isArray(names) ? names : [])
        setVariable(call.engine, call.engine.scope, text(n as PsValue), call.values.get('Value') ?? null)
    },
  }),
}

/** New-Variable, in the scope that calls it. */
export const newVariable: BuiltIn = {
  name: 'New-Variable',
  className: classOf('New-Variable'),
  formals: formals(
    'Name:string@0! Value:object@1 Option:string Scope:string Force:switch PassThru:switch Description:string Visibility:string',
  ),
  start: (call) => ({
    once: () => {
      scoped(call)
      const name = text(call.values.get('Name')!)
      const option = text(call.values.get('Option') ?? null).toLowerCase()
      if (!['', 'none', 'readonly', 'constant'].includes(option))
        throw new Refused(`New-Variable -Option ${option}`)
      if (call.engine.scope.own(name) !== undefined && !(call.values.get('Force') instanceof PsSwitch)) {
        call.report(
          record(
            `VariableAlreadyExists,${call.className}`,
            `A variable with name '${name}' already exists.`,
            'ResourceExists',
            'System.Management.Automation.SessionStateException',
            name,
          ),
        )
        return
      }
      call.engine.scope.set(name, call.values.get('Value') ?? null, {
        readOnly: option === 'readonly' || option === 'constant',
      })
    },
  }),
}
