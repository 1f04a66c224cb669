import type { PsValue } from './values.ts'

/** What an embedder gives the interpreter: commands, static .NET types, and nothing else of the outside world. */
export interface Host {
  /** A cmdlet by its name, any case; undefined = CommandNotFoundException. */
  command(name: string): Cmdlet | undefined
  /** A type by its name in brackets, any case (`IO.File`, `System.IO.File`); undefined = the interpreter's own, else TypeNotFound. */
  type(name: string): StaticType | undefined
  /** `$env:NAME`. */
  environment(name: string): string | undefined
}

/** A simulated cmdlet. Binding (names, positions, sets, conversion, ValidateSet, pipeline) is done by the interpreter from `signature`. */
export interface Cmdlet {
  readonly name: string
  /** Suffix of the error ids that binding gives (`Microsoft.HyperV.PowerShell.Commands.GetVM`); default: the cmdlet's name. */
  readonly className?: string
  readonly signature: Signature
  /** Called once for each pipeline input object that bound, or once without a pipeline. Synchronous. */
  invoke(call: Call): void
  /** Called once at the end of the pipeline. */
  end?(call: Call): void
}

/** As in the tables of documented cmdlets: the shape of one entry of `cmdlets` there. */
export interface Signature {
  readonly parameters: { readonly [name: string]: Parameter }
  readonly sets: readonly {
    readonly name: string
    readonly mandatory: readonly string[]
    readonly parameters: readonly string[]
    readonly positional: readonly string[]
  }[]
  readonly commonParameters?: boolean
  readonly supportsShouldProcess?: boolean
}

export interface Parameter {
  readonly type: string
  readonly switch: boolean
  readonly aliases: readonly string[]
  readonly position: number | null
  readonly pipeline: boolean
  readonly values?: readonly string[]
}

export interface Call {
  /** Canonical parameter name to converted value. */
  readonly bound: ReadonlyMap<string, PsValue>
  readonly set: string
  /** The cmdlet's own name, for error ids (`InvalidParameter,<id>`). */
  write(value: PsValue): void
  warn(message: string): void
  /** Non-terminating: obeys -ErrorAction and $ErrorActionPreference. */
  error(error: ErrorInit): void
  /** Terminating. */
  fail(error: ErrorInit): never
}

export interface ErrorInit {
  readonly message: string
  /** Whole FullyQualifiedErrorId. */
  readonly fqid: string
  /** ErrorCategory name: `InvalidArgument`. */
  readonly category: string
  /** .NET exception type: `System.InvalidOperationException`. */
  readonly type?: string
  readonly hresult?: number
  readonly target?: PsValue
}

export interface StaticType {
  readonly name: string
  /** A method that gives null gives no output, as a `void` method does. */
  readonly methods: { readonly [name: string]: (...args: PsValue[]) => PsValue }
  readonly properties?: { readonly [name: string]: () => PsValue }
  readonly construct?: (...args: PsValue[]) => PsValue
}
