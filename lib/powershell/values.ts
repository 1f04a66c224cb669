/**
 * Values of the interpreter. Numbers carry their .NET type, because PowerShell's answers depend on it; strings, booleans and
 * null are JavaScript's own; arrays are `object[]`.
 */
export type PsValue =
  null | boolean | string | PsNumber | PsChar | readonly PsValue[] | PsObject | PsEnum | PsOpaque

export type NumberType =
  'Byte' | 'Int16' | 'Int32' | 'Int64' | 'UInt16' | 'UInt32' | 'UInt64' | 'Single' | 'Double' | 'Decimal'

/** Integers hold a bigint, `Single` and `Double` a number, `Decimal` its digits as text. */
export class PsNumber {
  readonly type: NumberType
  readonly value: bigint | number | string
  constructor(type: NumberType, value: bigint | number | string) {
    this.type = type
    this.value = value
  }
}

export class PsChar {
  readonly char: string
  constructor(char: string) {
    this.char = char
  }
}

/** A value of an enum: `VMState.Running`. Prints its name, converts to its number, compares with either. */
export class PsEnum {
  readonly type: string
  readonly name: string
  readonly number: number
  constructor(type: string, name: string, number: number) {
    this.type = type
    this.name = name
    this.number = number
  }
}

/** An object with properties: a `[pscustomobject]`, or what a cmdlet returns. Property names keep their case and order; look-up ignores case. */
export class PsObject {
  /** .NET type names, most special first. */
  readonly types: readonly string[]
  readonly properties: Map<string, PsValue>
  /** Text of `"$x"` and of ToString(); undefined = PowerShell's `@{a=1}` for custom objects, else the type name. */
  readonly text: string | undefined
  /** The embedder's own handle (a simulated VM), never seen by a script. */
  readonly handle: unknown
  constructor(types: readonly string[], properties: Map<string, PsValue>, text?: string, handle?: unknown) {
    this.types = types
    this.properties = properties
    this.text = text
    this.handle = handle
  }
}

/** Any other .NET object that a script may hold: a hashtable, a script block, a date, a stream. Subclassed in this folder. */
export abstract class PsOpaque {
  abstract readonly type: string
}
