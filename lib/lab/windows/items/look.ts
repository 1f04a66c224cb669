import type { Node } from '../../world/file-nodes.ts'
import { fold, hasWildcard, join, wildcard } from '../../world/path.ts'
import type { Behaviour } from '../cmdlet.ts'
import { decode } from '../encoding.ts'
import { itemInfo } from '../item-objects.ts'
import { isRegistryPath, keyObject, registryValues } from '../registry.ts'
import { flagOf, textOf, textsOf } from '../values.ts'
import { expand, find, home, ids, missing, registryPaths, report, targets } from './targets.ts'

/** Item cmdlets that look. */

const getItem: Behaviour = {
  invoke: (call, world) => {
    for (const key of registryPaths(call)) {
      if (registryValues(world, key) === undefined) call.error(missing(key, 'GetItemCommand'))
      else call.write(keyObject(key))
    }
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

export const lookingCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-Item': getItem,
  'Get-ChildItem': getChildItem,
  'Test-Path': testPath,
  'Get-Content': getContent,
}
