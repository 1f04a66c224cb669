import { createHash } from 'node:crypto'
import { diskBytes, type VirtualDisk } from './virtual-disk.ts'

/** What went wrong with a file, as Windows distinguishes it. */
export type FileFailure = {
  readonly why:
    | 'no-file'
    | 'no-folder'
    | 'no-drive'
    | 'exists'
    | 'is-folder'
    | 'not-empty'
    | 'full'
    | 'in-use'
    | 'denied'
    | 'read-only'
  readonly path: string
}

/**
 * A file's content: bytes, or a virtual disk known by its metadata. `sha256`, lower-case hex: what Get-FileHash says of a content of
 * which no more is known; it goes along with a copy, and is gone once the file is written.
 */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly sha256?: string }
  | { readonly kind: 'disk'; readonly disk: VirtualDisk; readonly sha256?: string }

/** A file in its folder; times in ms since 1970. */
export type FileNode = {
  readonly kind: 'file'
  name: string
  content: Content
  createdAt: number
  writtenAt: number
  readOnly: boolean
}
/** A folder and what is in it, by the folded name. */
export type FolderNode = {
  readonly kind: 'folder'
  name: string
  readonly children: Map<string, Node>
  createdAt: number
  writtenAt: number
}
/** What a path may lead to. */
export type Node = FileNode | FolderNode

/** Length of a file, bytes. */
export const lengthOf = (content: Content): number =>
  content.kind === 'bytes' ? content.bytes.length : content.disk.fileSize

/** A file's bytes; of a virtual disk a stand-in that differs whenever the disk's content does. */
export const bytesOf = (content: Content): Uint8Array =>
  content.kind === 'bytes' ? content.bytes : diskBytes(content.disk)

/** SHA-256 of bytes, lower-case hex. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
