import { PsEnum } from './values.ts'

const ENUMS: { readonly [type: string]: { readonly [name: string]: number } } = {
  'System.DayOfWeek': { Sunday: 0, Monday: 1, Tuesday: 2, Wednesday: 3, Thursday: 4, Friday: 5, Saturday: 6 },
  'System.IO.FileAttributes': {
    ReadOnly: 1,
    Hidden: 2,
    System: 4,
    Directory: 16,
    Archive: 32,
    Device: 64,
    Normal: 128,
    Temporary: 256,
    Compressed: 2048,
    Encrypted: 16384,
  },
  'System.MidpointRounding': { ToEven: 0, AwayFromZero: 1 },
  'System.StringSplitOptions': { None: 0, RemoveEmptyEntries: 1 },
  'System.StringComparison': {
    CurrentCulture: 0,
    CurrentCultureIgnoreCase: 1,
    InvariantCulture: 2,
    InvariantCultureIgnoreCase: 3,
    Ordinal: 4,
    OrdinalIgnoreCase: 5,
  },
  'System.DateTimeKind': { Unspecified: 0, Utc: 1, Local: 2 },
  'System.Text.RegularExpressions.RegexOptions': {
    None: 0,
    IgnoreCase: 1,
    Multiline: 2,
    ExplicitCapture: 4,
    Compiled: 8,
    Singleline: 16,
    IgnorePatternWhitespace: 32,
    RightToLeft: 64,
    ECMAScript: 256,
    CultureInvariant: 512,
  },
  'System.Management.Automation.ErrorCategory': {
    NotSpecified: 0,
    OpenError: 1,
    CloseError: 2,
    DeviceError: 3,
    DeadlockDetected: 4,
    InvalidArgument: 5,
    InvalidData: 6,
    InvalidOperation: 7,
    InvalidResult: 8,
    InvalidType: 9,
    MetadataError: 10,
    NotImplemented: 11,
    NotInstalled: 12,
    ObjectNotFound: 13,
    OperationStopped: 14,
    OperationTimeout: 15,
    SyntaxError: 16,
    ParserError: 17,
    PermissionDenied: 18,
    ResourceBusy: 19,
    ResourceExists: 20,
    ResourceUnavailable: 21,
    ReadError: 22,
    WriteError: 23,
    FromStdErr: 24,
    SecurityError: 25,
    ProtocolError: 26,
    ConnectionError: 27,
    AuthenticationError: 28,
    LimitsExceeded: 29,
    QuotaExceeded: 30,
    NotEnabled: 31,
  },
}
const FLAGS = ['System.IO.FileAttributes', 'System.Text.RegularExpressions.RegexOptions']

/** The names and numbers of an enum that the interpreter knows. */
export const enumOf = (type: string): { readonly [name: string]: number } | undefined => ENUMS[type]

/** The value of an enum with this number; several names where the enum is of flags. */
export function enumValue(type: string, number: number): PsEnum | undefined {
  const names = ENUMS[type]
  if (names === undefined) return undefined
  for (const [name, n] of Object.entries(names)) if (n === number) return new PsEnum(type, name, number)
  if (!FLAGS.includes(type)) return undefined
  const set = Object.entries(names).filter(([, n]) => n !== 0 && (number & n) === n)
  return set.reduce((a, [, n]) => a | n, 0) === number
    ? new PsEnum(type, set.map(([name]) => name).join(', '), number)
    : undefined
}

/** The value that a text names: a name in any case, names with commas, a number, a unique beginning. */
export function enumParse(type: string, text: string): PsEnum | undefined {
  const names = Object.entries(ENUMS[type] ?? {})
  let number = 0
  for (const part of text.split(',').map((p) => p.trim().toLowerCase())) {
    if (/^-?\d+$/.test(part)) {
      number |= Number(part)
      continue
    }
    const hit = names.find(([name]) => name.toLowerCase() === part)
    const begins = names.filter(([name]) => name.toLowerCase().startsWith(part))
    const found = hit ?? (begins.length === 1 && part !== '' ? begins[0] : undefined)
    if (found === undefined) return undefined
    number |= found[1]
  }
  return enumValue(type, number)
}
