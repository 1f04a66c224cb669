import { PsErrorRecord, PsException } from './objects.ts'
import { type PsValue } from './values.ts'

/** An error on its way up through a script. */
export class PsThrow extends Error {
  readonly record: PsErrorRecord
  constructor(record: PsErrorRecord) {
    super(record.exception.message)
    this.record = record
  }
}

/** The interpreter does not answer: the construct is outside what it knows. `line` and `column` are set by `run`. */
export class Refused extends Error {
  readonly construct: string
  line = 0
  column = 0
  constructor(construct: string) {
    super(`not interpreted: ${construct}`)
    this.construct = construct
  }
}

/** Refuses to answer, where an expression stands. */
export function refuse(construct: string): never {
  throw new Refused(construct)
}

/** `break`, `continue`, `return`, or the end of a pipeline's need, on its way up. */
export class Leave extends Error {
  readonly what: 'break' | 'continue' | 'return' | 'exit' | 'stop'
  readonly label: string
  readonly owner: object | undefined
  constructor(what: 'break' | 'continue' | 'return' | 'exit' | 'stop', label = '', owner?: object) {
    super(what)
    this.what = what
    this.label = label
    this.owner = owner
  }
}

const SMA = 'System.Management.Automation.'
/** Full name of the runtime's own exception. */
export const RUNTIME = `${SMA}RuntimeException`

/** An error record of the engine. */
export function record(
  fqid: string,
  message: string,
  category = 'InvalidOperation',
  type = RUNTIME,
  target: PsValue = null,
  inner: PsException | null = null,
): PsErrorRecord {
  const exception = new PsException(type, message, inner, HRESULTS[type])
  const made = new PsErrorRecord(exception, fqid, category, target)
  exception.record = made
  return made
}

/** Throws an error of the engine. */
export function fail(
  fqid: string,
  message: string,
  category?: string,
  type?: string,
  target?: PsValue,
  inner?: PsException,
): never {
  throw new PsThrow(record(fqid, message, category, type, target ?? null, inner ?? null))
}

/** Throws what a .NET method threw, wrapped as PowerShell wraps it. */
export function failMethod(method: string, args: number, inner: PsException): never {
  const short = inner.type.slice(inner.type.lastIndexOf('.') + 1)
  fail(
    short,
    `Exception calling "${method}" with "${args}" argument(s): "${inner.message}"`,
    'NotSpecified',
    `${SMA}MethodInvocationException`,
    null,
    inner,
  )
}

/** A .NET exception inside a method; `failMethod` wraps it where the method was called. */
export class Native extends Error {
  readonly exception: PsException
  constructor(type: string, message: string, hresult?: number) {
    super(message)
    this.exception = new PsException(type, message, null, hresult ?? HRESULTS[type])
  }
}

const HRESULTS: { readonly [type: string]: number } = {
  [RUNTIME]: -2146233087,
  'System.InvalidOperationException': -2146233079,
  'System.ArgumentException': -2147024809,
  'System.ArgumentNullException': -2147467261,
  'System.ArgumentOutOfRangeException': -2146233086,
  'System.FormatException': -2146233033,
  'System.InvalidCastException': -2147467262,
  'System.NotSupportedException': -2146233067,
  'System.NotImplementedException': -2147467263,
  'System.UnauthorizedAccessException': -2147024891,
  'System.IO.IOException': -2146232800,
  'System.IO.FileNotFoundException': -2147024894,
  'System.IO.DirectoryNotFoundException': -2147024893,
  'System.TimeoutException': -2146233083,
  'System.OverflowException': -2146233066,
  'System.DivideByZeroException': -2147352558,
  'System.IndexOutOfRangeException': -2146233080,
}
/** The HRESULT that an exception of this type has. */
export const hresultOf = (type: string): number => HRESULTS[type] ?? -2146233088

const BASES: { readonly [type: string]: string } = {
  'System.ArgumentNullException': 'System.ArgumentException',
  'System.ArgumentOutOfRangeException': 'System.ArgumentException',
  'System.DivideByZeroException': 'System.ArithmeticException',
  'System.OverflowException': 'System.ArithmeticException',
  'System.IO.FileNotFoundException': 'System.IO.IOException',
  'System.IO.DirectoryNotFoundException': 'System.IO.IOException',
  'System.IO.PathTooLongException': 'System.IO.IOException',
  'System.ComponentModel.Win32Exception': 'System.Runtime.InteropServices.ExternalException',
  'System.ObjectDisposedException': 'System.InvalidOperationException',
  'System.InvalidOperationException': 'System.SystemException',
  'System.ArgumentException': 'System.SystemException',
  'System.ArithmeticException': 'System.SystemException',
  'System.FormatException': 'System.SystemException',
  'System.InvalidCastException': 'System.SystemException',
  'System.NotSupportedException': 'System.SystemException',
  'System.NotImplementedException': 'System.SystemException',
  'System.UnauthorizedAccessException': 'System.SystemException',
  'System.IO.IOException': 'System.SystemException',
  'System.TimeoutException': 'System.SystemException',
  'System.IndexOutOfRangeException': 'System.SystemException',
  'System.NullReferenceException': 'System.SystemException',
  'System.Runtime.InteropServices.ExternalException': 'System.SystemException',
  [RUNTIME]: 'System.SystemException',
  [`${SMA}ParameterBindingValidationException`]: `${SMA}ParameterBindingException`,
  [`${SMA}ParameterBindingArgumentTransformationException`]: `${SMA}ParameterBindingException`,
  [`${SMA}PropertyNotFoundException`]: `${SMA}ExtendedTypeSystemException`,
  [`${SMA}GetValueInvocationException`]: `${SMA}GetValueException`,
  [`${SMA}GetValueException`]: `${SMA}ExtendedTypeSystemException`,
  [`${SMA}SetValueInvocationException`]: `${SMA}SetValueException`,
  [`${SMA}SetValueException`]: `${SMA}ExtendedTypeSystemException`,
  [`${SMA}MethodInvocationException`]: `${SMA}MethodException`,
  [`${SMA}MethodException`]: `${SMA}ExtendedTypeSystemException`,
  [`${SMA}PSInvalidCastException`]: 'System.InvalidCastException',
  [`${SMA}ArgumentTransformationMetadataException`]: `${SMA}MetadataException`,
  [`${SMA}ValidationMetadataException`]: `${SMA}MetadataException`,
  [`${SMA}PSArgumentException`]: 'System.ArgumentException',
  [`${SMA}PSInvalidOperationException`]: 'System.InvalidOperationException',
  [`${SMA}PSNotSupportedException`]: 'System.NotSupportedException',
  [`${SMA}ItemNotFoundException`]: `${SMA}SessionStateException`,
  [`${SMA}DriveNotFoundException`]: `${SMA}SessionStateException`,
  'Microsoft.PowerShell.Commands.WriteErrorException': 'System.SystemException',
  'System.SystemException': 'System.Exception',
}

/** An exception type and its bases, most special first. */
export function exceptionTypes(type: string): readonly string[] {
  const out = [type]
  for (let t = type; t !== 'System.Exception';) {
    t = BASES[t] ?? (t.startsWith(SMA) && t !== RUNTIME ? RUNTIME : 'System.Exception')
    out.push(t)
  }
  return out
}

/** Whether an exception type is one that this file knows to exist. */
export const knownException = (type: string): boolean =>
  type in BASES || type in HRESULTS || type === 'System.Exception' || type.startsWith(SMA)
