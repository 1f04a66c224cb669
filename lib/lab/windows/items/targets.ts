import type { Call, ErrorInit } from '../../../powershell/host.ts'
import type { FileFailure, Node } from '../../world/file-nodes.ts'
import { fullPath, hasWildcard, wildcard } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import { dotnetError } from '../../world/dotnet-error.ts'
import { isRegistryPath } from '../registry.ts'
import { textsOf } from '../values.ts'

/** What item cmdlets are asked about, and how they fail. Error ids as in Windows PowerShell 5.1. */

export const commands = 'Microsoft.PowerShell.Commands.'

export type Target = { readonly path: string; readonly node: Node }

/** What -LiteralPath or -Path names; what does not exist is reported as PathNotFound or DriveNotFound. */
export function targets(call: Call, world: World, command: string): readonly Target[] {
  const literal = call.bound.get('LiteralPath')
  const given = literal === undefined ? textsOf(call.bound.get('Path')) : textsOf(literal)
  return given
    .filter((text) => !isRegistryPath(text))
    .flatMap((text) => {
      if (literal === undefined && hasWildcard(text)) return expand(world, text)
      const target = find(world, text)
      if (target !== undefined) return [target]
      call.error(missing(text, command))
      return []
    })
}

export function find(world: World, text: string): Target | undefined {
  const path = fullPath(bare(text), home(world))
  const node = path === undefined ? undefined : world.files.get(path)
  return path === undefined || node === undefined ? undefined : { path: world.files.realPath(path), node }
}

export function expand(world: World, pattern: string): readonly Target[] {
  const path = fullPath(bare(pattern), home(world))
  if (path === undefined) return []
  const like = wildcard(path)
  const depth = path.split('\\').length
  return world.files
    .walk()
    .flatMap(([at, node]) => (at.split('\\').length === depth && like.test(at) ? [{ path: at, node }] : []))
}

/** Paths in the registry. */
export const registryPaths = (call: Call): readonly string[] =>
  textsOf(call.bound.get('LiteralPath') ?? call.bound.get('Path')).filter(isRegistryPath)

export const bare = (text: string): string => text.replace(/^Microsoft\.PowerShell\.Core\\FileSystem::/i, '')
export const home = (world: World): string => `C:\\Users\\${world.account}`

export function missing(text: string, command: string): ErrorInit {
  const drive = /^([a-z]):/i.exec(text)?.[1]
  if (drive !== undefined && drive.toLowerCase() !== 'c' && !isRegistryPath(text))
    return {
      message: `Cannot find drive. A drive with the name '${drive}' does not exist.`,
      fqid: `DriveNotFound,${commands}${command}`,
      category: 'ObjectNotFound',
      type: 'System.Management.Automation.DriveNotFoundException',
      target: drive,
    }
  return {
    message: `Cannot find path '${text}' because it does not exist.`,
    fqid: `PathNotFound,${commands}${command}`,
    category: 'ObjectNotFound',
    type: 'System.Management.Automation.ItemNotFoundException',
    target: text,
  }
}

/** A failed file operation under the id of its cmdlet. */
export function report(
  call: Call,
  failure: FileFailure,
  ids: { readonly io: string; readonly denied: string },
): void {
  const { type, message, hresult } = dotnetError(failure)
  const denied = type === 'System.UnauthorizedAccessException'
  call.error({
    message,
    fqid: denied ? ids.denied : ids.io,
    category: denied ? 'PermissionDenied' : 'WriteError',
    type,
    hresult,
    target: failure.path,
  })
}

export const ids = (prefix: string, command: string, denied = `${prefix}UnauthorizedAccess`) => ({
  io: `${prefix}IOError,${commands}${command}`,
  denied: `${denied},${commands}${command}`,
})
