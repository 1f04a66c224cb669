import type { Call, ErrorInit } from '../../powershell/host.ts'
import type { PsValue } from '../../powershell/values.ts'
import { type FileFailure, type Node, sha256 } from '../world/files.ts'
import { createHash } from 'node:crypto'
import { fold, fullPath, hasWildcard, join, leafOf, parentOf, wildcard } from '../world/path.ts'
import type { World } from '../world/world.ts'
import { TimeUp } from '../executor.ts'
import type { Behaviour } from './cmdlet.ts'
import { dotnetError } from './dotnet-errors.ts'
import { itemInfo } from './item-objects.ts'
import { decode } from './encoding.ts'
import { isRegistryPath, keyObject, registryValues } from './registry.ts'
import { flagOf, numberOf, object, textOf, textsOf } from './values.ts'

/** Item cmdlets of Microsoft.PowerShell.Management over the host's file system. Error ids as in Windows PowerShell 5.1. */

const commands = 'Microsoft.PowerShell.Commands.'

type Target = { readonly path: string; readonly node: Node }

/** What -LiteralPath or -Path names; what does not exist is reported as PathNotFound or DriveNotFound. */
function targets(call: Call, world: World, command: string): readonly Target[] {
  const literal = call.bound.get('LiteralPath')
  const given = literal === undefined ? textsOf(call.bound.get('Path')) : textsOf(literal)
  return given.flatMap((text) => {
    if (literal === undefined && hasWildcard(text)) return expand(world, text)
    const target = find(world, text)
    if (target !== undefined) return [target]
    call.error(missing(text, command))
    return []
  })
}

function find(world: World, text: string): Target | undefined {
  const path = fullPath(bare(text), home(world))
  const node = path === undefined ? undefined : world.files.get(path)
  return path === undefined || node === undefined ? undefined : { path: world.files.realPath(path), node }
}

function expand(world: World, pattern: string): readonly Target[] {
  const path = fullPath(bare(pattern), home(world))
  if (path === undefined) return []
  const like = wildcard(path)
  const depth = path.split('\\').length
  return world.files
    .walk()
    .flatMap(([at, node]) => (at.split('\\').length === depth && like.test(at) ? [{ path: at, node }] : []))
}

/** Paths in the registry, and the others. */
function split(call: Call): readonly [registry: readonly string[], files: readonly string[]] {
  const all = textsOf(call.bound.get('LiteralPath') ?? call.bound.get('Path'))
  return [all.filter(isRegistryPath), all.filter((path) => !isRegistryPath(path))]
}

const bare = (text: string): string => text.replace(/^Microsoft\.PowerShell\.Core\\FileSystem::/i, '')
const home = (world: World): string => `C:\\Users\\${world.account}`

function missing(text: string, command: string): ErrorInit {
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
function report(
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

const ids = (prefix: string, command: string, denied = `${prefix}UnauthorizedAccess`) => ({
  io: `${prefix}IOError,${commands}${command}`,
  denied: `${denied},${commands}${command}`,
})

const getItem: Behaviour = {
  invoke: (call, world) => {
    const [registry, paths] = split(call)
    for (const key of registry) {
      if (registryValues(world, key) === undefined) call.error(missing(key, 'GetItemCommand'))
      else call.write(keyObject(key))
    }
    if (registry.length === 0 || paths.length > 0)
      for (const { path, node } of targets(call, world, 'GetItemCommand')) call.write(itemInfo(path, node))
  },
}

const getChildItem: Behaviour = {
  invoke: (call, world) => {
    const command = 'GetChildItemCommand'
    const given = call.bound.has('Path') || call.bound.has('LiteralPath')
    const roots = given ? targets(call, world, command) : [find(world, home(world))].flatMap((t) => t ?? [])
    const filter = wildcard(textOf(call.bound.get('Filter')) ?? '*')
    const [recurse, onlyFiles, onlyFolders, names] = ['Recurse', 'File', 'Directory', 'Name'].map(
      (n) => flagOf(call.bound.get(n)) === true,
    )
    const list = (path: string, node: Node): void => {
      if (node.kind === 'file') return
      const children = [...node.children.values()].sort((a, b) => (fold(a.name) < fold(b.name) ? -1 : 1))
      for (const child of children) {
        const at = join(path, child.name)
        const fits =
          filter.test(child.name) &&
          !(onlyFiles && child.kind !== 'file') &&
          !(onlyFolders && child.kind !== 'folder')
        if (fits) call.write(names ? child.name : itemInfo(at, child))
      }
      if (recurse) for (const child of children) list(join(path, child.name), child)
    }
    for (const { path, node } of roots) {
      if (node.kind === 'file') call.write(itemInfo(path, node))
      else list(path, node)
    }
  },
}

const testPath: Behaviour = {
  invoke: (call, world) => {
    const literal = call.bound.get('LiteralPath')
    const type = textOf(call.bound.get('PathType')) ?? 'Any'
    for (const text of textsOf(literal ?? call.bound.get('Path'))) {
      if (isRegistryPath(text)) {
        call.write(registryValues(world, text) !== undefined && type !== 'Leaf')
        continue
      }
      const found =
        literal === undefined && hasWildcard(text)
          ? expand(world, text)
          : [find(world, text)].flatMap((t) => t ?? [])
      call.write(
        found.some(({ node }) => type === 'Any' || (node.kind === 'folder') === (type === 'Container')),
      )
    }
  },
}

const newItem: Behaviour = {
  invoke: (call, world) => {
    const name = textOf(call.bound.get('Name'))
    const folder = (textOf(call.bound.get('ItemType')) ?? 'File').toLowerCase() !== 'file'
    const force = flagOf(call.bound.get('Force')) === true
    for (const base of call.bound.has('Path') ? textsOf(call.bound.get('Path')) : [home(world)]) {
      const path = fullPath(name === undefined ? base : join(base, name), home(world)) ?? base
      const old = world.files.get(path)
      if (old !== undefined && folder && old.kind === 'folder' && force)
        call.write(itemInfo(world.files.realPath(path), old))
      else if (old !== undefined && folder)
        call.error({
          message: `An item with the specified name ${path} already exists.`,
          fqid: `DirectoryExist,${commands}NewItemCommand`,
          category: 'ResourceExists',
          type: 'System.IO.IOException',
          target: path,
        })
      else if (old !== undefined && !force)
        call.error({
          message: `The file '${path}' already exists.`,
          fqid: `NewItemIOError,${commands}NewItemCommand`,
          category: 'WriteError',
          type: 'System.IO.IOException',
          target: path,
        })
      else create(call, world, path, folder, force)
    }
  },
}

function create(call: Call, world: World, path: string, folder: boolean, force: boolean): void {
  const above = parentOf(path)
  if (force && above !== undefined) world.files.makeFolder(above)
  const made = folder
    ? world.files.makeFolder(path)
    : world.files.write(path, textOf(call.bound.get('Value')) ?? '')
  if (made.ok) call.write(itemInfo(world.files.realPath(path), made.value))
  else if (folder)
    report(
      call,
      made.error,
      ids('CreateDirectory', 'NewItemCommand', 'CreateDirectoryUnauthorizedAccessError'),
    )
  else report(call, made.error, ids('NewItem', 'NewItemCommand', 'NewItemUnauthorizedAccessError'))
}

const removeItem: Behaviour = {
  invoke: (call, world) => {
    const recurse = flagOf(call.bound.get('Recurse')) === true
    const force = flagOf(call.bound.get('Force')) === true
    for (const { path, node } of targets(call, world, 'RemoveItemCommand')) {
      if (node.kind === 'folder' && node.children.size > 0 && !recurse) {
        // Without -Recurse PowerShell asks, and a session that can't be asked fails.
        call.fail({
          message:
            'Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.',
          fqid: `InvalidOperation,${commands}RemoveItemCommand`,
          category: 'InvalidOperation',
          type: 'System.Management.Automation.PSInvalidOperationException',
        })
      }
      const gone = world.files.remove(path, recurse, force)
      if (!gone.ok)
        report(
          call,
          gone.error,
          ids('RemoveFileSystemItem', 'RemoveItemCommand', 'RemoveFileSystemItemUnAuthorizedAccess'),
        )
    }
  },
}

/** Where a copy or a move ends: inside a folder that exists, or under the new name. */
function destination(world: World, text: string, from: string): string {
  const to = fullPath(bare(text), home(world)) ?? text
  return world.files.folder(to) === undefined ? to : join(to, leafOf(from))
}

const copyItem: Behaviour = {
  invoke: (call, world) => {
    const to = textOf(call.bound.get('Destination')) ?? home(world)
    const recurse = flagOf(call.bound.get('Recurse')) === true
    const copy = (from: string, node: Node, target: string): void => {
      if (node.kind === 'folder') {
        world.files.makeFolder(target)
        if (recurse)
          for (const child of [...node.children.values()])
            copy(join(from, child.name), child, join(target, child.name))
        return
      }
      const made = world.files.copy(from, target)
      if (made.ok) passThru(call, world, target)
      else if (made.error.why === 'no-folder' || made.error.why === 'no-drive')
        call.error({
          ...dotnetError(made.error),
          fqid: `System.IO.DirectoryNotFoundException,${commands}CopyItemCommand`,
          category: 'NotSpecified',
        })
      else
        report(
          call,
          made.error,
          ids('CopyFileInfoItem', 'CopyItemCommand', 'CopyFileInfoItemUnauthorizedAccessError'),
        )
    }
    for (const { path, node } of targets(call, world, 'CopyItemCommand'))
      copy(path, node, destination(world, to, path))
  },
}

const moveItem: Behaviour = {
  invoke: (call, world) => {
    const to = textOf(call.bound.get('Destination')) ?? home(world)
    const force = flagOf(call.bound.get('Force')) === true
    for (const { path, node } of targets(call, world, 'MoveItemCommand')) {
      const target = destination(world, to, path)
      const moved = world.files.move(path, target, force)
      if (moved.ok) passThru(call, world, target)
      else
        report(
          call,
          moved.error,
          ids(node.kind === 'file' ? 'MoveFileInfoItem' : 'MoveDirectoryItem', 'MoveItemCommand'),
        )
    }
  },
}

const renameItem: Behaviour = {
  invoke: (call, world) => {
    const given = textOf(call.bound.get('LiteralPath') ?? call.bound.get('Path')) ?? ''
    const name = leafOf(textOf(call.bound.get('NewName')) ?? '')
    const target = find(world, given)
    if (target === undefined)
      return call.error({
        message: `Cannot rename because item at '${given}' does not exist.`,
        fqid: `InvalidOperation,${commands}RenameItemCommand`,
        category: 'InvalidOperation',
        type: 'System.Management.Automation.PSInvalidOperationException',
        target: given,
      })
    const to = join(parentOf(target.path) ?? 'C:\\', name)
    const moved = world.files.move(target.path, to)
    if (moved.ok) passThru(call, world, to)
    else report(call, moved.error, ids('RenameItem', 'RenameItemCommand', 'RenameItemUnauthorizedAccess'))
  },
}

function passThru(call: Call, world: World, path: string): void {
  const node = world.files.get(path)
  if (flagOf(call.bound.get('PassThru')) === true && node !== undefined)
    call.write(itemInfo(world.files.realPath(path), node))
}

const getContent: Behaviour = {
  invoke: (call, world) => {
    for (const { path, node } of targets(call, world, 'GetContentCommand')) {
      const read = world.files.read(path)
      if (!read.ok || node.kind === 'folder') {
        report(
          call,
          read.ok ? { why: 'denied', path } : read.error,
          ids('GetContentReader', 'GetContentCommand', 'GetContentReaderUnauthorizedAccessError'),
        )
        continue
      }
      const text = decode(read.value, null)
      if (flagOf(call.bound.get('Raw')) === true) call.write(text)
      else if (text !== '') for (const line of text.replace(/\r?\n$/, '').split(/\r?\n/)) call.write(line)
    }
  },
}

/** Get-FileHash of Microsoft.PowerShell.Utility. */
export const getFileHash: Behaviour = {
  invoke: (call, world) => {
    const algorithm = (textOf(call.bound.get('Algorithm')) ?? 'SHA256').toUpperCase()
    for (const { path, node } of targets(call, world, 'ResolvePathCommand')) {
      const read = world.files.read(path)
      if (read.ok && node.kind === 'file') call.write(hashOf(path, algorithm, read.value))
      else {
        const failure: FileFailure = read.ok ? { why: 'denied', path } : read.error
        const { type, message } = dotnetError(failure)
        const denied = type === 'System.UnauthorizedAccessException'
        call.error({
          message: `The file '${path}' cannot be read: ${message}`,
          fqid: denied ? 'UnauthorizedAccessError,Get-FileHash' : 'FileReadError,Get-FileHash',
          category: denied ? 'PermissionDenied' : 'ReadError',
          type: 'System.Management.Automation.RuntimeException',
          target: path,
        })
      }
    }
  },
}

const hashOf = (path: string, algorithm: string, bytes: Uint8Array): PsValue =>
  object(['Microsoft.Powershell.Utility.FileHash'], {
    Algorithm: algorithm,
    Hash: (algorithm === 'SHA256'
      ? sha256(bytes)
      : createHash(algorithm.toLowerCase()).update(bytes).digest('hex')
    ).toUpperCase(),
    Path: path,
  })

const startSleep: Behaviour = {
  invoke: (call, world) => {
    const seconds = numberOf(call.bound.get('Seconds'))
    const ms = seconds === undefined ? (numberOf(call.bound.get('Milliseconds')) ?? 0) : seconds * 1000
    if (!world.sleep(ms)) throw new TimeUp()
  },
}

export const itemCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-Item': getItem,
  'Get-ChildItem': getChildItem,
  'Test-Path': testPath,
  'New-Item': newItem,
  'Remove-Item': removeItem,
  'Copy-Item': copyItem,
  'Move-Item': moveItem,
  'Rename-Item': renameItem,
  'Get-Content': getContent,
}

export const utilityCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-FileHash': getFileHash,
  'Start-Sleep': startSleep,
}
