import { readFileSync } from 'node:fs'
import type { Call, Cmdlet, Signature } from '../../powershell/host.ts'
import type { World } from '../world/world.ts'

/** A cmdlet of a module, without its signature: what it does in a world. */
export type Behaviour = {
  readonly invoke: (call: Call, world: World) => void
  readonly end?: (call: Call, world: World) => void
}

/** The simulated cmdlets of one module. */
export type Module = {
  /** Name of the table of signatures: `Hyper-V`. */
  readonly name: string
  /** False where the module is not installed: its commands are then not found. */
  readonly here: (world: World) => boolean
  /** .NET class of a cmdlet, as it ends error ids. */
  readonly className: (cmdlet: string) => string
  readonly cmdlets: { readonly [name: string]: Behaviour }
  /** What the binder does beyond the signature, for classes that only the module knows. */
  readonly bind?: (call: Call, signature: Signature, className: string) => Call
  /** Aliases that the module exports: `Get-VMCheckpoint` → `Get-VMSnapshot`. */
  readonly aliases?: { readonly [alias: string]: string }
}

const tables = new Map<string, { readonly [name: string]: Signature }>()

/** Documented signatures of a module's cmdlets. */
function signatures(module: string): { readonly [name: string]: Signature } {
  let table = tables.get(module)
  if (table === undefined) {
    const text = readFileSync(new URL(`../../powershell/tables/${module}.json`, import.meta.url), 'utf8')
    const { cmdlets } = JSON.parse(text) as { readonly cmdlets: { readonly [name: string]: Signature } }
    table = Object.fromEntries(
      Object.entries(cmdlets).map(([name, signature]) => [name, withoutProviders(signature)]),
    )
    tables.set(module, table)
  }
  return table
}

/** The pages list a set once a provider (`LiteralPath - FileSystem provider`); to the binder they are one set. */
function withoutProviders(signature: Signature): Signature {
  const sets = new Map<string, Signature['sets'][number]>()
  for (const set of signature.sets) {
    const name = set.name.replace(/ - .* providers?$/, '')
    const known = sets.get(name)
    const both = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]
    sets.set(
      name,
      known === undefined
        ? { ...set, name }
        : {
            name,
            mandatory: known.mandatory.filter((p) => set.mandatory.includes(p)),
            parameters: both(known.parameters, set.parameters),
            positional: both(known.positional, set.positional),
          },
    )
  }
  return { ...signature, sets: [...sets.values()] }
}

/** A command by its name, any case, out of these modules. */
export function commandsOf(modules: readonly Module[], world: World): (name: string) => Cmdlet | undefined {
  const byName = new Map<string, { readonly module: Module; readonly name: string }>()
  for (const module of modules) {
    for (const name of Object.keys(module.cmdlets)) byName.set(name.toLowerCase(), { module, name })
    for (const [alias, name] of Object.entries(module.aliases ?? {}))
      byName.set(alias.toLowerCase(), { module, name })
  }
  const made = new Map<string, Cmdlet>()
  return (wanted) => {
    const found = byName.get(wanted.toLowerCase())
    if (found === undefined || !found.module.here(world)) return undefined
    if (world.missingModules.has(found.module.name)) return undefined
    const { module, name } = found
    const known = made.get(name)
    if (known !== undefined) return known
    const behaviour = module.cmdlets[name]
    const signature = signatures(module.name)[name]
    if (behaviour === undefined || signature === undefined)
      throw new Error(`Internal error: ${name} is not in the table of ${module.name}`)
    const { end } = behaviour
    const cmdlet: Cmdlet = {
      name,
      className: module.className(name),
      signature,
      invoke: (call) => {
        behaviour.invoke(module.bind?.(call, signature, module.className(name)) ?? call, world)
        world.afterCmdlet?.(name)
      },
      ...(end === undefined ? {} : { end: (call: Call) => end(call, world) }),
    }
    made.set(name, cmdlet)
    return cmdlet
  }
}
