import { PsEnum, type PsObject } from '../../powershell/values.ts'
import { type FileNode, type FolderNode, lengthOf, type Node } from '../world/file-nodes.ts'
import { extensionOf, leafOf, parentOf } from '../world/path.ts'
import { date, int64, object } from './values.ts'

/** `System.IO.FileInfo` of a file, as Get-Item returns it. */
function fileInfo(path: string, node: FileNode): PsObject {
  const extension = extensionOf(node.name)
  return object(
    ['System.IO.FileInfo', 'System.IO.FileSystemInfo'],
    {
      ...common(path, node),
      BaseName: extension === '' ? node.name : node.name.slice(0, -extension.length),
      Length: int64(lengthOf(node.content)),
      DirectoryName: parentOf(path) ?? '',
      IsReadOnly: node.readOnly,
      Attributes: attributes(node.readOnly ? 'ReadOnly, Archive' : 'Archive', node.readOnly ? 33 : 32),
      PSIsContainer: false,
    },
    node,
    path,
  )
}

/** `System.IO.DirectoryInfo` of a folder. */
const folderInfo = (path: string, node: FolderNode): PsObject =>
  object(
    ['System.IO.DirectoryInfo', 'System.IO.FileSystemInfo'],
    {
      ...common(path, node),
      BaseName: leafOf(path),
      Attributes: attributes('Directory', 16),
      PSIsContainer: true,
    },
    node,
    path,
  )

export const itemInfo = (path: string, node: Node): PsObject =>
  node.kind === 'file' ? fileInfo(path, node) : folderInfo(path, node)

const common = (path: string, node: Node) => ({
  Name: parentOf(path) === undefined ? path : node.name,
  FullName: path,
  Extension: node.kind === 'file' ? extensionOf(node.name) : '',
  Exists: true,
  CreationTime: date(node.createdAt),
  CreationTimeUtc: date(node.createdAt, 'Utc'),
  LastWriteTime: date(node.writtenAt),
  LastWriteTimeUtc: date(node.writtenAt, 'Utc'),
  LastAccessTime: date(node.writtenAt),
  LastAccessTimeUtc: date(node.writtenAt, 'Utc'),
  PSPath: `Microsoft.PowerShell.Core\\FileSystem::${path}`,
  PSParentPath: `Microsoft.PowerShell.Core\\FileSystem::${parentOf(path) ?? ''}`,
  PSChildName: leafOf(path),
})

const attributes = (name: string, number: number): PsEnum =>
  new PsEnum('System.IO.FileAttributes', name, number)
