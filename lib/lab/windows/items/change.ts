import type { Call } from '../../../powershell/host.ts'
import type { Node } from '../../world/file-nodes.ts'
import { fullPath, join, leafOf, parentOf } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { dotnetError } from '../../world/dotnet-error.ts'
import { itemInfo } from '../item-objects.ts'
import { flagOf, textOf, textsOf } from '../values.ts'
import { bare, commands, find, home, ids, report, targets } from './targets.ts'

/** Item cmdlets that change. */

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

export const changingCmdlets: { readonly [name: string]: Behaviour } = {
  'New-Item': newItem,
  'Remove-Item': removeItem,
  'Copy-Item': copyItem,
  'Move-Item': moveItem,
  'Rename-Item': renameItem,
}
