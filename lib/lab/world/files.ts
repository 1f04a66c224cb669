import { err, ok, type Result } from '../../domain/result.ts'
import {
  bytesOf,
  type Content,
  type FileFailure,
  type FileNode,
  type FolderNode,
  lengthOf,
  type Node,
} from './file-nodes.ts'
import { fold, fullPath, join, leafOf, parentOf } from './path.ts'

const cluster = 4096
/** What Windows itself takes. */
const systemBytes = 24 * 1024 ** 3

/** A volume `C:` in memory. Names ignore case and keep it; a file takes whole clusters of the free space. */
export class Files {
  readonly root: FolderNode
  #free: number
  readonly #now: () => number
  /** Says whether something else (a running machine) has the file open. */
  inUse: (path: string) => boolean = () => false
  /** Full paths, lower-case, of files that a program has open, so that others may read them and neither write, move nor remove them. */
  readonly heldOpen = new Set<string>()
  /** Says whether the account may write there. */
  mayWrite: (path: string) => boolean = () => true
  /** Says whether a file may be written there on a full volume. */
  spare: (path: string) => boolean = () => false
  /** Bytes on the volume, used and free. */
  readonly capacity: number

  constructor(freeBytes: number, now: () => number) {
    this.#free = freeBytes
    this.capacity = freeBytes + systemBytes
    this.#now = now
    this.root = { kind: 'folder', name: 'C:\\', children: new Map(), createdAt: now(), writtenAt: now() }
  }

  get free(): number {
    return Math.max(0, this.#free)
  }

  /** Fills or empties the rest of the volume behind everybody's back. */
  setFree(bytes: number): void {
    this.#free = bytes
  }

  /** Takes bytes of the free space away; a negative number gives them back. */
  setAside(bytes: number): void {
    this.#free -= bytes
  }

  get(path: string): Node | undefined {
    const full = fullPath(path)
    if (full === undefined || !full.startsWith('C:')) return undefined
    let node: Node = this.root
    for (const part of full.slice(3).split('\\')) {
      if (part === '') continue
      if (node.kind !== 'folder') return undefined
      const next = node.children.get(fold(part))
      if (next === undefined) return undefined
      node = next
    }
    return node
  }

  file(path: string): FileNode | undefined {
    const node = this.get(path)
    return node?.kind === 'file' ? node : undefined
  }

  folder(path: string): FolderNode | undefined {
    const node = this.get(path)
    return node?.kind === 'folder' ? node : undefined
  }

  /** The path with the case under which its parts exist. */
  realPath(path: string): string {
    const full = fullPath(path) ?? path
    let node: Node | undefined = this.root
    let out = 'C:\\'
    for (const part of full.slice(3).split('\\')) {
      if (part === '') continue
      const next: Node | undefined = node?.kind === 'folder' ? node.children.get(fold(part)) : undefined
      out = join(out, next?.name ?? part)
      node = next
    }
    return out
  }

  read(path: string): Result<Uint8Array, FileFailure> {
    const node = this.get(path)
    if (node === undefined) return this.#missing(path)
    if (node.kind === 'folder') return err({ why: 'denied', path })
    if (this.inUse(path)) return err({ why: 'in-use', path })
    return ok(bytesOf(node.content))
  }

  /** Writes a file, new or over the old one; its folder must exist. */
  write(path: string, bytes: Uint8Array | string): Result<FileNode, FileFailure> {
    return this.put(path, {
      kind: 'bytes',
      bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes.slice(),
    })
  }

  put(path: string, content: Content): Result<FileNode, FileFailure> {
    const place = this.#place(path)
    if (!place.ok) return place
    const { folder, leaf, old } = place.value
    if (old?.kind === 'folder') return err({ why: 'denied', path })
    if (old?.readOnly === true) return err({ why: 'read-only', path })
    if (old !== undefined && (this.inUse(path) || this.#open(path))) return err({ why: 'in-use', path })
    const more = onDisk(content) - (old === undefined ? 0 : onDisk(old.content))
    if (more > this.#free && !this.spare(path)) return err({ why: 'full', path })
    this.#free -= more
    if (old !== undefined) {
      old.content = content
      old.writtenAt = this.#now()
      return ok(old)
    }
    const node: FileNode = {
      kind: 'file',
      name: leaf,
      content,
      createdAt: this.#now(),
      writtenAt: this.#now(),
      readOnly: false,
    }
    folder.children.set(fold(leaf), node)
    return ok(node)
  }

  /** Makes a folder and those above it. */
  makeFolder(path: string): Result<FolderNode, FileFailure> {
    const full = fullPath(path)
    if (full === undefined || !full.startsWith('C:')) return err({ why: 'no-drive', path })
    if (!this.mayWrite(full)) return err({ why: 'denied', path })
    let node = this.root
    for (const part of full.slice(3).split('\\')) {
      if (part === '') continue
      const next = node.children.get(fold(part))
      if (next?.kind === 'file') return err({ why: 'exists', path })
      if (next === undefined) {
        const made: FolderNode = {
          kind: 'folder',
          name: part,
          children: new Map(),
          createdAt: this.#now(),
          writtenAt: this.#now(),
        }
        node.children.set(fold(part), made)
        node = made
      } else node = next
    }
    return ok(node)
  }

  /** Removes a file, or a folder (with what is in it when `recurse`). */
  remove(path: string, recurse = false, force = false): Result<void, FileFailure> {
    const node = this.get(path)
    if (node === undefined) return this.#missing(path)
    const parent = this.folder(parentOf(fullPath(path) ?? path) ?? '')
    if (parent === undefined || node === this.root || !this.mayWrite(fullPath(path) ?? path))
      return err({ why: 'denied', path })
    if (node.kind === 'folder' && node.children.size > 0 && !recurse) return err({ why: 'not-empty', path })
    const held = this.#held(path, node, force)
    if (held !== undefined) return err(held)
    this.#free += sizeOf(node)
    parent.children.delete(fold(node.name))
    return ok(undefined)
  }

  /** Moves or renames a file or folder; the target must not exist unless `replace` and both are files. */
  move(from: string, to: string, replace = false): Result<Node, FileFailure> {
    const node = this.get(from)
    if (node === undefined) return this.#missing(from)
    const place = this.#place(to)
    if (!place.ok) return place
    const { folder, leaf, old } = place.value
    if (within(from, to)) return err({ why: 'in-use', path: from })
    if (old !== undefined && old !== node && (!replace || old.kind === 'folder' || node.kind === 'folder'))
      return err({ why: 'exists', path: to })
    const held = this.#held(from, node, true) ?? (old === undefined ? undefined : this.#held(to, old, false))
    if (held !== undefined) return err(held)
    if (old !== undefined && old !== node) this.#free += sizeOf(old)
    this.folder(parentOf(fullPath(from) ?? from) ?? '')?.children.delete(fold(node.name))
    node.name = leaf
    folder.children.set(fold(leaf), node)
    return ok(node)
  }

  copy(from: string, to: string): Result<FileNode, FileFailure> {
    const node = this.get(from)
    if (node === undefined) return this.#missing(from)
    if (node.kind === 'folder') return err({ why: 'denied', path: from })
    if (this.inUse(from)) return err({ why: 'in-use', path: from })
    return this.put(to, node.content)
  }

  /** Every file and folder, by full path, sorted. */
  walk(): readonly (readonly [path: string, node: Node])[] {
    const out: [string, Node][] = []
    const visit = (path: string, node: Node) => {
      out.push([path, node])
      if (node.kind === 'folder')
        for (const child of node.children.values()) visit(join(path, child.name), child)
    }
    visit('C:\\', this.root)
    return out.sort(([a], [b]) => (fold(a) < fold(b) ? -1 : 1))
  }

  #place(path: string): Result<{ folder: FolderNode; leaf: string; old: Node | undefined }, FileFailure> {
    const full = fullPath(path)
    if (full === undefined || !full.startsWith('C:')) return err({ why: 'no-drive', path })
    if (!this.mayWrite(full)) return err({ why: 'denied', path })
    const parent = parentOf(full)
    const folder = parent === undefined ? undefined : this.folder(parent)
    if (folder === undefined) return err({ why: parent === undefined ? 'denied' : 'no-folder', path })
    const leaf = leafOf(full)
    return ok({ folder, leaf, old: folder.children.get(fold(leaf)) })
  }

  #open(path: string): boolean {
    return this.heldOpen.size > 0 && this.heldOpen.has((fullPath(path) ?? path).toLowerCase())
  }

  #missing(path: string): Result<never, FileFailure> {
    const full = fullPath(path)
    if (full === undefined || !full.startsWith('C:')) return err({ why: 'no-drive', path })
    const parent = parentOf(full)
    return err({
      why: parent !== undefined && this.folder(parent) === undefined ? 'no-folder' : 'no-file',
      path,
    })
  }

  #held(path: string, node: Node, force: boolean): FileFailure | undefined {
    if (node.kind === 'file')
      return this.inUse(path) || this.#open(path)
        ? { why: 'in-use', path }
        : node.readOnly && !force
          ? { why: 'read-only', path }
          : undefined
    for (const child of node.children.values()) {
      const held = this.#held(join(path, child.name), child, force)
      if (held !== undefined) return held
    }
    return undefined
  }
}

/** True when `inner` lies below `outer`. */
const within = (outer: string, inner: string): boolean =>
  fold(fullPath(inner) ?? inner).startsWith(`${fold(fullPath(outer) ?? outer)}\\`)

const onDisk = (content: Content): number => Math.ceil(lengthOf(content) / cluster) * cluster
const sizeOf = (node: Node): number =>
  node.kind === 'file'
    ? onDisk(node.content)
    : [...node.children.values()].reduce((sum, child) => sum + sizeOf(child), 0)
