import { exceptionTypes, knownException } from './errors.ts'
import { PsDictionary, PsException, PsList, elementType } from './objects.ts'
import { type TypeName } from './syntax/ast.ts'
import { PsChar, PsEnum, PsNumber, PsObject, PsOpaque, type PsValue } from './values.ts'

const SHORT: { readonly [name: string]: string } = {
  int: 'System.Int32',
  int32: 'System.Int32',
  long: 'System.Int64',
  int64: 'System.Int64',
  int16: 'System.Int16',
  short: 'System.Int16',
  byte: 'System.Byte',
  uint16: 'System.UInt16',
  ushort: 'System.UInt16',
  uint32: 'System.UInt32',
  uint: 'System.UInt32',
  uint64: 'System.UInt64',
  ulong: 'System.UInt64',
  float: 'System.Single',
  single: 'System.Single',
  double: 'System.Double',
  decimal: 'System.Decimal',
  string: 'System.String',
  char: 'System.Char',
  bool: 'System.Boolean',
  boolean: 'System.Boolean',
  object: 'System.Object',
  array: 'System.Array',
  void: 'System.Void',
  datetime: 'System.DateTime',
  datetimeoffset: 'System.DateTimeOffset',
  timespan: 'System.TimeSpan',
  version: 'System.Version',
  guid: 'System.Guid',
  uri: 'System.Uri',
  type: 'System.Type',
  math: 'System.Math',
  convert: 'System.Convert',
  enum: 'System.Enum',
  environment: 'System.Environment',
  bitconverter: 'System.BitConverter',
  valuetype: 'System.ValueType',
  dayofweek: 'System.DayOfWeek',
  stringcomparer: 'System.StringComparer',
  exception: 'System.Exception',
  nullable: 'System.Nullable',
  hashtable: 'System.Collections.Hashtable',
  ordered: 'System.Collections.Specialized.OrderedDictionary',
  regex: 'System.Text.RegularExpressions.Regex',
  ipaddress: 'System.Net.IPAddress',
  xml: 'System.Xml.XmlDocument',
  scriptblock: 'System.Management.Automation.ScriptBlock',
  switch: 'System.Management.Automation.SwitchParameter',
  ref: 'System.Management.Automation.PSReference',
  psobject: 'System.Management.Automation.PSObject',
  pscustomobject: 'System.Management.Automation.PSCustomObject',
  psnoteproperty: 'System.Management.Automation.PSNoteProperty',
  securestring: 'System.Security.SecureString',
  pscredential: 'System.Management.Automation.PSCredential',
  cultureinfo: 'System.Globalization.CultureInfo',
}

const KNOWN: readonly string[] = [
  'System.Collections.ArrayList',
  'System.Collections.Queue',
  'System.Collections.Stack',
  'System.Collections.IDictionary',
  'System.Collections.IEnumerable',
  'System.Collections.ICollection',
  'System.Collections.IList',
  'System.IComparable',
  'System.Text.StringBuilder',
  'System.Text.Encoding',
  'System.Text.UTF8Encoding',
  'System.MidpointRounding',
  'System.StringComparison',
  'System.StringSplitOptions',
  'System.Globalization.CultureInfo',
  'System.IO.Path',
  'System.IO.FileAttributes',
  'System.Security.Cryptography.HMACSHA256',
  'System.Security.Cryptography.SHA256',
  'System.Security.Cryptography.SHA1',
  'System.Security.Cryptography.MD5',
  'System.Security.Cryptography.SHA512',
  'System.Security.Cryptography.SHA384',
  'System.Management.Automation.ErrorRecord',
  'System.Management.Automation.ErrorCategory',
  'System.Management.Automation.WarningRecord',
  'System.Management.Automation.ErrorDetails',
  'System.Text.RegularExpressions.RegexOptions',
  'System.Text.RegularExpressions.Match',
  'System.DateTimeKind',
  'System.Collections.DictionaryEntry',
]

const GENERIC: { readonly [name: string]: string } = {
  'system.collections.generic.list': 'System.Collections.Generic.List`1',
  'system.collections.generic.hashset': 'System.Collections.Generic.HashSet`1',
  'system.collections.generic.dictionary': 'System.Collections.Generic.Dictionary`2',
  'system.collections.generic.queue': 'System.Collections.Generic.Queue`1',
  'system.collections.generic.stack': 'System.Collections.Generic.Stack`1',
  'system.nullable': 'System.Nullable`1',
  nullable: 'System.Nullable`1',
}

const byLower = new Map([...Object.values(SHORT), ...KNOWN].map((n) => [n.toLowerCase(), n]))

/** The full name of a type that the interpreter itself knows, or undefined. */
export function resolveType(type: TypeName): string | undefined {
  const lower = type.name.toLowerCase()
  let name = SHORT[lower] ?? byLower.get(lower) ?? byLower.get(`system.${lower}`)
  if (type.args.length > 0) {
    const open = GENERIC[lower] ?? GENERIC[`system.${lower}`]
    const args = type.args.map(resolveType)
    if (open === undefined || args.includes(undefined)) return undefined
    name = open === 'System.Nullable`1' ? `${open}[${args[0]!}]` : `${open}[${args.join(',')}]`
  }
  name ??= exceptionName(type.name)
  return name === undefined ? undefined : name + '[]'.repeat(type.array)
}

const EXCEPTION_NAMES = [
  'System.Exception',
  'System.SystemException',
  'System.ArithmeticException',
  'System.ArgumentException',
  'System.ArgumentNullException',
  'System.ArgumentOutOfRangeException',
  'System.DivideByZeroException',
  'System.OverflowException',
  'System.IO.IOException',
  'System.IO.FileNotFoundException',
  'System.IO.DirectoryNotFoundException',
  'System.IO.PathTooLongException',
  'System.ComponentModel.Win32Exception',
  'System.Runtime.InteropServices.ExternalException',
  'System.ObjectDisposedException',
  'System.InvalidOperationException',
  'System.FormatException',
  'System.InvalidCastException',
  'System.NotSupportedException',
  'System.NotImplementedException',
  'System.UnauthorizedAccessException',
  'System.TimeoutException',
  'System.IndexOutOfRangeException',
  'System.NullReferenceException',
  'Microsoft.PowerShell.Commands.WriteErrorException',
  ...[
    'RuntimeException',
    'ParameterBindingException',
    'ParameterBindingValidationException',
    'CommandNotFoundException',
    'PropertyNotFoundException',
    'MethodInvocationException',
    'MethodException',
    'GetValueException',
    'GetValueInvocationException',
    'SetValueException',
    'SetValueInvocationException',
    'ActionPreferenceStopException',
    'ItemNotFoundException',
    'DriveNotFoundException',
    'PSInvalidCastException',
    'PSArgumentException',
    'PSInvalidOperationException',
    'PSNotSupportedException',
    'ExtendedTypeSystemException',
    'MetadataException',
    'ValidationMetadataException',
    'ArgumentTransformationMetadataException',
    'SessionStateException',
    'SessionStateUnauthorizedAccessException',
    'PSArgumentNullException',
    'PSArgumentOutOfRangeException',
    'RemoteException',
  ].map((n) => `System.Management.Automation.${n}`),
]
const exceptionsByLower = new Map(EXCEPTION_NAMES.map((n) => [n.toLowerCase(), n]))

function exceptionName(name: string): string | undefined {
  const lower = name.toLowerCase()
  return exceptionsByLower.get(lower) ?? exceptionsByLower.get(`system.${lower}`)
}

/** Whether the name is an exception's. */
export const isException = (type: string): boolean => type.endsWith('Exception') && knownException(type)

/** The .NET type name of a value; null has none. */
export function typeOf(v: PsValue): string {
  if (v === null) return 'null'
  if (typeof v === 'string') return 'System.String'
  if (typeof v === 'boolean') return 'System.Boolean'
  if (v instanceof PsNumber) return `System.${v.type}`
  if (v instanceof PsChar) return 'System.Char'
  if (v instanceof PsEnum) return v.type
  if (v instanceof PsObject) return isCustom(v) ? CUSTOM : (v.types[0] ?? 'System.Object')
  if (v instanceof PsOpaque) return v.type
  return `${elementType(v)}[]`
}

const VALUE_TYPES = [
  'System.DateTime',
  'System.TimeSpan',
  'System.Guid',
  'System.Boolean',
  'System.Char',
  'System.Management.Automation.SwitchParameter',
  'System.Collections.DictionaryEntry',
]

/** All type names that a value answers to: its own, its bases, its interfaces. */
export function typesOf(v: PsValue): readonly string[] {
  const own = typeOf(v)
  if (v instanceof PsException) return [...exceptionTypes(own), 'System.Object']
  if (v instanceof PsObject)
    return [
      ...v.types,
      ...(v.types.includes('System.Management.Automation.PSCustomObject')
        ? ['System.Management.Automation.PSObject']
        : []),
      'System.Object',
    ]
  if (Array.isArray(v)) {
    const open = own === 'System.Object[]' || /^System\.(String|Object)/.test(own) ? ['System.Object[]'] : []
    return [
      own,
      ...open,
      'System.Array',
      'System.Collections.IEnumerable',
      'System.Collections.ICollection',
      'System.Collections.IList',
      'System.Object',
    ]
  }
  if (v instanceof PsNumber || v instanceof PsEnum || VALUE_TYPES.includes(own))
    return [
      own,
      ...(v instanceof PsEnum ? ['System.Enum'] : []),
      'System.ValueType',
      'System.IComparable',
      'System.Object',
    ]
  if (typeof v === 'string')
    return [own, 'System.IComparable', 'System.Collections.IEnumerable', 'System.Object']
  if (v instanceof PsDictionary)
    return [
      own,
      'System.Collections.IDictionary',
      'System.Collections.ICollection',
      'System.Collections.IEnumerable',
      'System.Object',
    ]
  if (v instanceof PsList)
    return [
      own,
      'System.Collections.IEnumerable',
      'System.Collections.ICollection',
      ...(/List/.test(own) ? ['System.Collections.IList'] : []),
      'System.Object',
    ]
  if (own === 'System.RuntimeType') return [own, 'System.Type', 'System.Object']
  return [own, 'System.Object']
}

/** A type's `Name`. */
export function shortName(type: string): string {
  const open = type.indexOf('[')
  const generic = open > 0 && type[open + 1] !== ']' ? type.slice(0, open) : type
  return generic.slice(generic.lastIndexOf('.') + 1)
}

const NAMESPACES =
  /^(System|Microsoft|Windows|Text|IO|Net|Diagnostics|Collections|Threading|Linq|Reflection|Management|Security|Globalization|Xml|Data|ComponentModel|Web|Drawing|Media|Runtime|Numerics|DirectoryServices|ServiceProcess|Configuration|Timers|Resources|Transactions|Printing)\./i

/** Whether a name that the interpreter does not know may still be a type of .NET: then it refuses instead of reporting it as unknown. */
export const mayExist = (name: string): boolean => !name.includes('.') || NAMESPACES.test(name)

const CUSTOM = 'System.Management.Automation.PSCustomObject'
/** Whether an object is a custom one, whatever names it was given. */
export const isCustom = (o: PsObject): boolean => o.types.includes(CUSTOM)
