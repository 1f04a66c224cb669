/** The public face of the PowerShell reader: parse, check, run. */
export { loadParser, type Parser } from './syntax/tree.ts'
export { read, type ReadResult } from './syntax/read.ts'
export { type Place, type Script, type SyntaxComplaint } from './syntax/ast.ts'
export { run, type RunOptions, type RunResult } from './run/run.ts'
export { PsThrow, Refused, Native as DotNetException } from './errors.ts'
export type { Call, Cmdlet, ErrorInit, Host, Parameter, Signature, StaticType } from './host.ts'
export { PsChar, PsEnum, PsNumber, PsObject, PsOpaque, type NumberType, type PsValue } from './values.ts'
export {
  PsBlock,
  PsDate,
  PsDictionary,
  PsErrorRecord,
  PsException,
  PsList,
  PsNative,
  PsTimeSpan,
  PsType,
  typedArray,
} from './objects.ts'
export { byte, double, int32, int64 } from './numbers.ts'
export { bufferOf, bytesOf } from './members/convert-statics.ts'
export { fromJson, fromJsonText, toWireJson, type Json } from './json.ts'
export { text } from './text.ts'
export { truth, itemsOf } from './convert.ts'
export { typeOf } from './types.ts'
export { getEntry, setEntry } from './dictionaries.ts'
export { checkSubset } from './check/subset.ts'
export { checkCommands } from './check/commands.ts'
export { type ScriptRole } from './check/conventions.ts'
export { loadLint, type Lint, workerExemptions } from './check/lint.ts'
export { type Finding } from './check/findings.ts'
export { commandNames, loadTables, type Tables } from './tables.ts'
export { builtInNames } from './cmdlets/index.ts'

import { PsObject, type PsValue } from './values.ts'

/** A `[pscustomobject]` with these properties, in this order. */
export const customObject = (properties: { readonly [name: string]: PsValue }): PsObject =>
  new PsObject(['System.Management.Automation.PSCustomObject'], new Map(Object.entries(properties)))
