import { type Block } from './syntax/ast.ts'
import { PsOpaque, type PsObject, type PsValue } from './values.ts'

/** What a command without output gives: null to most, nothing to a pipeline. */
class Nothing extends PsOpaque {
  readonly type = 'System.Management.Automation.Internal.AutomationNull'
}
/** The one value of no output. */
export const NOTHING: PsValue = new Nothing()

/** Null, or no output. */
export const isNull = (v: PsValue): v is null => v === null || v === NOTHING

/** A hashtable; `ordered` keeps positions, `bound` is $PSBoundParameters, `generic` a Dictionary. Keys ignore case unless `exact`. */
export class PsDictionary extends PsOpaque {
  readonly type: string
  readonly entries = new Map<string, [PsValue, PsValue]>()
  /** Goes up with each change: an enumeration that sees it fails. */
  version = 0
  constructor(type = 'System.Collections.Hashtable') {
    super()
    this.type = type
  }
  get ordered(): boolean {
    return this.type === 'System.Collections.Specialized.OrderedDictionary'
  }
}

/** ArrayList, List, Queue, Stack, HashSet: anything with items that is no array. */
export class PsList extends PsOpaque {
  readonly type: string
  items: PsValue[]
  /** Goes up with each change: an enumeration that sees it fails. */
  version = 0
  constructor(type: string, items: PsValue[]) {
    super()
    this.type = type
    this.items = items
  }
}

/** A script block, with the variables it closed over. */
export class PsBlock extends PsOpaque {
  readonly type = 'System.Management.Automation.ScriptBlock'
  readonly block: Block
  readonly source: string
  readonly closed: ReadonlyMap<string, PsValue> | undefined
  constructor(block: Block, source: string, closed?: ReadonlyMap<string, PsValue>) {
    super()
    this.block = block
    this.source = source
    this.closed = closed
  }
}

/** A .NET type, by its full name. */
export class PsType extends PsOpaque {
  readonly type = 'System.RuntimeType'
  readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
}

/** An exception. */
export class PsException extends PsOpaque {
  readonly type: string
  readonly message: string
  readonly inner: PsException | null
  readonly hresult: number
  /** The error record that a runtime exception carries. */
  record: PsErrorRecord | undefined = undefined
  constructor(type: string, message: string, inner: PsException | null = null, hresult = -2146233088) {
    super()
    this.type = type
    this.message = message
    this.inner = inner
    this.hresult = hresult
  }
}

/** An error record. */
export class PsErrorRecord extends PsOpaque {
  readonly type = 'System.Management.Automation.ErrorRecord'
  readonly exception: PsException
  readonly fqid: string
  readonly category: string
  readonly target: PsValue
  details: string | undefined = undefined
  constructor(exception: PsException, fqid: string, category: string, target: PsValue = null) {
    super()
    this.exception = exception
    this.fqid = fqid
    this.category = category
    this.target = target
  }
}

/** A record of the warning stream. */
export class PsWarning extends PsOpaque {
  readonly type = 'System.Management.Automation.WarningRecord'
  readonly message: string
  constructor(message: string) {
    super()
    this.message = message
  }
}

/** A date and time: 100 ns ticks since year 1. */
export class PsDate extends PsOpaque {
  readonly type = 'System.DateTime'
  readonly ticks: bigint
  readonly kind: 'Unspecified' | 'Utc' | 'Local'
  constructor(ticks: bigint, kind: 'Unspecified' | 'Utc' | 'Local' = 'Unspecified') {
    super()
    this.ticks = ticks
    this.kind = kind
  }
}

/** A length of time in 100 ns ticks. */
export class PsTimeSpan extends PsOpaque {
  readonly type = 'System.TimeSpan'
  readonly ticks: bigint
  constructor(ticks: bigint) {
    super()
    this.ticks = ticks
  }
}

/** A version: two to four parts. */
export class PsVersion extends PsOpaque {
  readonly type = 'System.Version'
  readonly parts: readonly number[]
  constructor(parts: readonly number[]) {
    super()
    this.parts = parts
  }
}

/** A value that is known by its text: a GUID, an IP address. */
export class PsScalar extends PsOpaque {
  readonly type: string
  readonly text: string
  constructor(type: string, text: string) {
    super()
    this.type = type
    this.text = text
  }
}

/** A compiled regular expression. */
export class PsRegex extends PsOpaque {
  readonly type = 'System.Text.RegularExpressions.Regex'
  readonly source: string
  readonly regex: RegExp
  constructor(source: string, regex: RegExp) {
    super()
    this.source = source
    this.regex = regex
  }
}

/** `[ref]$x`. */
export class PsRef extends PsOpaque {
  readonly type = 'System.Management.Automation.PSReference'
  readonly get: () => PsValue
  readonly set: (v: PsValue) => void
  constructor(get: () => PsValue, set: (v: PsValue) => void) {
    super()
    this.get = get
    this.set = set
  }
}

/** A switch parameter's value. */
export class PsSwitch extends PsOpaque {
  readonly type = 'System.Management.Automation.SwitchParameter'
  readonly on: boolean
  constructor(on: boolean) {
    super()
    this.on = on
  }
}

/** A StringBuilder. */
export class PsBuilder extends PsOpaque {
  readonly type = 'System.Text.StringBuilder'
  text = ''
}

/** Something with a few named members and methods of its own: an encoding, a hash algorithm, $PSCmdlet, `.PSObject`. */
export class PsNative extends PsOpaque {
  readonly type: string
  readonly get: { readonly [name: string]: () => PsValue }
  readonly methods: { readonly [name: string]: (...args: PsValue[]) => PsValue }
  readonly text: string | undefined
  constructor(
    type: string,
    get: { readonly [name: string]: () => PsValue },
    methods: { readonly [name: string]: (...args: PsValue[]) => PsValue } = {},
    text?: string,
  ) {
    super()
    this.type = type
    this.get = get
    this.methods = methods
    this.text = text
  }
}

/** A member that Add-Member put on an object and that is computed. */
export class PsComputed extends PsOpaque {
  readonly type: string
  readonly member: 'ScriptProperty' | 'AliasProperty' | 'ScriptMethod'
  readonly body: PsBlock | string
  constructor(member: 'ScriptProperty' | 'AliasProperty' | 'ScriptMethod', body: PsBlock | string) {
    super()
    this.type = `System.Management.Automation.PS${member}`
    this.member = member
    this.body = body
  }
}

/** An object's properties through `.PSObject.Properties`. */
export class PsProperty extends PsOpaque {
  readonly type = 'System.Management.Automation.PSNoteProperty'
  readonly owner: PsObject
  readonly name: string
  constructor(owner: PsObject, name: string) {
    super()
    this.owner = owner
    this.name = name
  }
}

const elements = new WeakMap<readonly PsValue[], string>()

/** An array of a type other than object[]. */
export function typedArray(element: string, items: readonly PsValue[]): readonly PsValue[] {
  if (element !== 'System.Object') elements.set(items, element)
  return items
}

/** The element type of an array. */
export const elementType = (items: readonly PsValue[]): string => elements.get(items) ?? 'System.Object'

/** The key under which a dictionary keeps a value. */
export type KeyOf = (key: PsValue) => string

const views = new WeakMap<readonly PsValue[], PsDictionary>()

/** The keys, values or entries of a dictionary, which an enumeration knows to belong to it. */
export function view(items: readonly PsValue[], of: PsDictionary): readonly PsValue[] {
  views.set(items, of)
  return items
}

/** The dictionary that a list is a view of. */
export const viewOf = (v: PsValue): PsDictionary | undefined => (Array.isArray(v) ? views.get(v) : undefined)
