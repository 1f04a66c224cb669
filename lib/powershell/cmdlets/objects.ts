import { itemsOf } from '../convert.ts'
import { enumParse } from '../enums.ts'
import { PsThrow, Refused, record } from '../errors.ts'
import {
  PsBlock,
  PsComputed,
  PsDictionary,
  PsErrorRecord,
  PsException,
  PsSwitch,
  isNull,
} from '../objects.ts'
import { text } from '../text.ts'
import { PsNumber, PsObject, type PsValue } from '../values.ts'
import { type TypeName } from '../syntax/ast.ts'
import { Reader, SyntaxFailure } from '../syntax/reader.ts'
import { readTypeName } from '../syntax/types.ts'
import { isException, mayExist, resolveType } from '../types.ts'
import { keyFor } from '../members/properties.ts'
import { construct } from '../members/construct.ts'
import { hresultOf } from '../errors.ts'
import { formals } from '../run/formal.ts'
import { type BuiltIn, type Starting, classOf } from './built-in.ts'

const on = (v: PsValue | undefined): boolean => v instanceof PsSwitch && v.on

function errorRecord(args: readonly PsValue[]): PsValue {
  const [exception = null, id = null, category = null, target = null] = args
  if (!(exception instanceof PsException) || args.length !== 4)
    throw new Refused('an ErrorRecord of these arguments')
  const name = enumParse('System.Management.Automation.ErrorCategory', text(category))?.name
  if (name === undefined) throw new Refused(`the error category ${text(category)}`)
  return new PsErrorRecord(exception, text(id), name, isNull(target) ? null : target)
}

/** New-Object, for the types that the interpreter or the embedder can make. */
export const newObject: BuiltIn = {
  name: 'New-Object',
  className: classOf('New-Object'),
  formals: formals(
    'TypeName:string@0!{Net} ArgumentList=Args:object[]@1{Net} Property:object ComObject:string!{Com} Strict:switch{Com}',
    'Net',
  ),
  start(call) {
    return {
      once: () => {
        const written = text(call.values.get('TypeName') ?? null)
        const type = typeWritten(written)
        const full = resolveType(type) ?? call.engine.host.type(type.name)?.name
        if (full === undefined && mayExist(type.name)) throw new Refused(`New-Object ${written}`)
        if (full === undefined)
          throw new PsThrow(
            record(
              `TypeNotFound,${call.className}`,
              `Cannot find type [${written}]: verify that the assembly containing this type is loaded.`,
              'InvalidType',
              'System.Management.Automation.PSArgumentException',
            ),
          )
        const args = itemsOf(call.values.get('ArgumentList') ?? []) ?? []
        const made =
          full === 'System.Management.Automation.ErrorRecord'
            ? errorRecord(args)
            : isException(full)
              ? exception(call, full, args)
              : construct(call.engine, full, args)
        properties(call, made, call.values.get('Property'))
        call.out(made)
      },
    }
  },
}

function typeWritten(written: string): TypeName {
  try {
    return readTypeName(new Reader(written))
  } catch (x) {
    if (x instanceof SyntaxFailure) throw new Refused(`the type ${written}`)
    throw x
  }
}

function exception(call: Starting, type: string, args: readonly PsValue[]): PsValue {
  const [first = null] = args
  if (args.length === 1 && /Argument(Null|OutOfRange)Exception$/.test(type))
    return new PsException(type, argumentMessage(type, text(first)), null, hresultOf(type))
  if (args.length === 1 && type === 'System.ComponentModel.Win32Exception' && !(first instanceof PsNumber))
    return new PsException(type, text(first), null, -2147467259)
  if (args.length === 1 && !(first instanceof PsException))
    return new PsException(type, text(first), null, hresultOf(type))
  if (args.length === 2 && type.startsWith('System.') && args[1] instanceof PsException)
    return new PsException(type, text(first), args[1], hresultOf(type))
  return construct(call.engine, type, args)
}

function argumentMessage(type: string, name: string): string {
  return type.endsWith('NullException')
    ? `Value cannot be null. (Parameter '${name}')`
    : `Specified argument was out of the range of valid values. (Parameter '${name}')`
}

function properties(call: Starting, target: PsValue, given: PsValue | undefined): void {
  if (given === undefined || isNull(given)) return
  if (!(given instanceof PsDictionary))
    throw new Refused('New-Object -Property with something other than a table')
  if (!(target instanceof PsObject)) throw new Refused('New-Object -Property of this type')
  void call
  for (const [key, value] of given.entries.values()) target.properties.set(text(key), value)
}

/** Add-Member */
export const addMember: BuiltIn = {
  name: 'Add-Member',
  className: classOf('Add-Member'),
  formals: formals(
    'InputObject:object!| MemberType=Type:string@0{Member} Name:string@1{Member} Value:object@2{Member} SecondValue:object@3{Member} NotePropertyName:string@0{Note} NotePropertyValue:object@1{Note} NotePropertyMembers:hashtable@0{Notes} TypeName:string Force:switch PassThru:switch',
    'Member',
  ),
  start(call) {
    const { values } = call
    const process = (item: PsValue): void => {
      if (!(item instanceof PsObject)) throw new Refused('Add-Member to something other than an object')
      add(call, item)
      if (on(values.get('PassThru'))) call.out(item)
    }
    return {
      once: () => process(values.get('InputObject')!),
      process,
    }
  },
}

function add(call: Starting, item: PsObject): void {
  const { values } = call
  if (values.has('TypeName')) throw new Refused('Add-Member -TypeName')
  const put = (name: string, value: PsValue): void => {
    const key = keyFor(item, name)
    if (key !== undefined && !on(values.get('Force'))) {
      call.report(
        record(
          `MemberAlreadyExists,${call.className}`,
          `Cannot add a member with the name "${name}" because a member with that name already exists. To overwrite the member anyway, add the Force parameter to your command.`,
          'InvalidOperation',
          'System.InvalidOperationException',
          item,
        ),
      )
      return
    }
    if (key !== undefined) item.properties.delete(key)
    item.properties.set(name, value)
  }
  const members = values.get('NotePropertyMembers')
  if (members instanceof PsDictionary) {
    for (const [key, value] of members.entries.values()) put(text(key), value)
    return
  }
  if (values.has('NotePropertyName'))
    return put(text(values.get('NotePropertyName')!), values.get('NotePropertyValue') ?? null)
  const kind = text(values.get('MemberType') ?? null).toLowerCase()
  const name = text(values.get('Name') ?? null)
  const value = values.get('Value') ?? null
  if (values.has('SecondValue')) throw new Refused('Add-Member -SecondValue')
  if (kind === 'noteproperty') return put(name, value)
  if (kind === 'scriptproperty' && value instanceof PsBlock)
    return put(name, new PsComputed('ScriptProperty', value))
  if (kind === 'scriptmethod' && value instanceof PsBlock)
    return put(name, new PsComputed('ScriptMethod', value))
  if (kind === 'aliasproperty') return put(name, new PsComputed('AliasProperty', text(value)))
  throw new Refused(`Add-Member -MemberType ${kind}`)
}
