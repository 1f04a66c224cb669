import type { Parameter, Signature } from '../../../lib/powershell/index.ts'
import { commandsOf, type Module } from '../../../lib/lab/windows/cmdlet.ts'
import { modules } from '../../../lib/lab/windows/modules.ts'
import { World } from '../../../lib/lab/world/world.ts'
import { chainOf, enums, fullName } from './classes.ts'

/** Enums that are known by their names alone: their numbers stand for the order. */
const named = new Map<string, { readonly [name: string]: number }>()

/** Stub functions of one module: what the real engine imports in its place. */
export type Stubs = {
  readonly module: string
  readonly text: string
  /** Classes that its parameters name: each with its bases, most special first. */
  readonly classes: readonly (readonly string[])[]
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const clean = (set: string): string => set.replace(/ \(Default\)$/, '')

/** Types that .NET has under the name that the pages give. */
const dotnet: { readonly [type: string]: string } = {
  'Nullable`1[[DateTime]]': 'Nullable[System.DateTime]',
  Boolean: 'bool',
  Byte: 'byte',
  DateTime: 'System.DateTime',
  Guid: 'guid',
  Hashtable: 'hashtable',
  Int16: 'int16',
  Int32: 'int',
  Int64: 'long',
  Object: 'object',
  PSCredential: 'pscredential',
  PSObject: 'psobject',
  Stream: 'IO.Stream',
  String: 'string',
  SwitchParameter: 'switch',
  TimeSpan: 'timespan',
  UInt32: 'uint32',
  UInt64: 'uint64',
  Uri: 'uri',
  Version: 'version',
}

/** Parameters of types that only Windows has and the simulation takes as they come. */
const untyped = new Set(['Feature', 'GuestIsolationType', 'IovInterruptModerationValue'])

/** Classes of Hyper-V that come down a pipeline. */
const inputs = /^(VirtualMachine|VMSwitch|VMNetworkAdapter(Base)?|HardDiskDrive|DvdDrive|VMSnapshot)(\[\])?$/

/** The stub functions of every simulated module, and the enums that only their parameters name. */
export function stubsOf(): {
  readonly modules: readonly Stubs[]
  readonly enums: { readonly [type: string]: { readonly [name: string]: number } }
} {
  const spec = { host: 'stub', account: 'stub', image: 'hyperv', address: '192.0.2.1', freeBytes: 0 } as const
  const world = new World({ ...spec, seed: 1 }, () => 0)
  const made = modules.map((module) => moduleStubs(module, world))
  return { modules: made, enums: Object.fromEntries(named) }
}

function moduleStubs(module: Module, world: World): Stubs {
  const classes = new Map<string, readonly string[]>()
  const command = commandsOf([module], world)
  const functions = Object.keys(module.cmdlets).map((name) => {
    const cmdlet = command(name)
    if (cmdlet === undefined) throw new Error(`Internal error: ${name} is not in ${module.name}`)
    if (cmdlet.end !== undefined) throw new Error(`Internal error: the stub of ${name} would not end`)
    return functionText(module.name, name, cmdlet.signature, classes)
  })
  const aliases = Object.entries(module.aliases ?? {}).map(
    ([alias, name]) => `Set-Alias -Name ${quoted(alias)} -Value ${quoted(name)}`,
  )
  return {
    module: module.name,
    text: [...functions, ...aliases, "Export-ModuleMember -Function '*' -Alias '*'"].join('\n'),
    classes: [...classes.values()],
  }
}

function functionText(
  module: string,
  name: string,
  signature: Signature,
  classes: Map<string, readonly string[]>,
): string {
  const first = signature.sets.map((set) => set.name).find((set) => set.endsWith(' (Default)'))
  const binding = [
    'PositionalBinding = $false',
    ...(first === undefined ? [] : [`DefaultParameterSetName = ${quoted(clean(first))}`]),
    ...(signature.supportsShouldProcess === true ? ['SupportsShouldProcess'] : []),
  ]
  const parameters = Object.entries(signature.parameters).map(([parameter, about]) =>
    [
      ...inSets(parameter, about, signature),
      ...(about.aliases.length === 0 ? [] : [`[Alias(${about.aliases.map(quoted).join(', ')})]`]),
      ...typeText(module, about, classes),
      `$${parameter}`,
    ].join(' '),
  )
  return `function ${name} {
    [CmdletBinding(${binding.join(', ')})]
    param(
        ${parameters.join(',\n        ')}
    )
    process { Invoke-LabCommand $PSCmdlet ${quoted(name)} $PSBoundParameters $ErrorActionPreference }
}`
}

/** `[Parameter(…)]` once a set. */
function inSets(name: string, about: Parameter, { parameters, sets }: Signature): readonly string[] {
  const lower = name.toLowerCase()
  const at = (names: readonly string[]): number => names.findIndex((n) => n.toLowerCase() === lower)
  // The pages say only that a parameter takes input: a credential, and text beside an object of the module, take it by name.
  const objects = Object.values(parameters).some((p) => p.pipeline && inputs.test(p.type))
  const byName = about.type.startsWith('PSCredential') || (objects && about.type.startsWith('String'))
  const byValue = byName ? [] : ['ValueFromPipeline']
  const pipeline = about.pipeline ? [...byValue, 'ValueFromPipelineByPropertyName'] : []
  const within = sets.filter((set) => at(set.parameters) >= 0)
  if (within.length === 0) return [`[Parameter(${pipeline.join(', ')})]`]
  return within.map((set) => {
    const position = at(set.positional)
    const parts = [
      ...(clean(set.name) === '(All)' ? [] : [`ParameterSetName = ${quoted(clean(set.name))}`]),
      ...(at(set.mandatory) < 0 ? [] : ['Mandatory']),
      ...(position < 0 ? [] : [`Position = ${about.position ?? position}`]),
      ...pipeline,
    ]
    return `[Parameter(${parts.join(', ')})]`
  })
}

/** The type, and the accepted values where the type does not say them. */
function typeText(
  module: string,
  about: Parameter,
  classes: Map<string, readonly string[]>,
): readonly string[] {
  if (about.switch) return ['[switch]']
  const short = about.type.replace(/\[\]$/, '')
  const array = about.type === short ? '' : '[]'
  const accepted = about.values ?? []
  const only = `[ValidateSet(${accepted.map(quoted).join(', ')})]`
  const known = dotnet[short]
  if (known !== undefined) return [...(accepted.length === 0 ? [] : [only]), `[${known}${array}]`]
  const full = untyped.has(short) ? undefined : fullName(module, short)
  const numbers = full === undefined ? undefined : enums[full]
  if (full !== undefined && numbers !== undefined) {
    const all = Object.keys(numbers).every((name) => accepted.includes(name))
    return [...(accepted.length === 0 || all ? [] : [only]), `[${full}${array}]`]
  }
  if (accepted.length > 0) {
    const name = `Chancery.Named.${about.type.replace(/\W/g, '')}`
    named.set(name, Object.fromEntries(accepted.map((value, index) => [value, index])))
    return [`[${name}${array}]`]
  }
  if (full === undefined) return [`[object${array}]`]
  classes.set(full, chainOf([full]))
  return [`[${full}${array}]`]
}
