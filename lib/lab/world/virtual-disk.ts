import type { Ids } from './ids.ts'

/** A VHD or VHDX as its file's header describes it. Sizes in bytes. */
export type VirtualDisk = {
  readonly format: 'VHD' | 'VHDX'
  readonly type: 'Fixed' | 'Dynamic' | 'Differencing'
  /** What the machine sees. */
  readonly size: number
  /** What the file takes. */
  readonly fileSize: number
  /** Nothing can be shrunk below it; 0 = nothing is on it. */
  readonly minimumSize: number
  readonly blockSize: number
  readonly logicalSectorSize: number
  readonly physicalSectorSize: number
  readonly parentPath: string
  readonly id: string
  /** Changes with what is on the disk. */
  readonly contentId: string
}

const mib = 1024 * 1024

/** A new empty disk with the defaults of New-VHD. */
export function newDisk(
  wish: Partial<VirtualDisk> & {
    readonly size: number
    readonly format: 'VHD' | 'VHDX'
    readonly type: VirtualDisk['type']
    readonly ids: Ids
  },
): VirtualDisk {
  const blockSize =
    wish.type === 'Fixed' ? 0 : (wish.blockSize ?? (wish.format === 'VHDX' ? 32 * mib : 2 * mib))
  return {
    format: wish.format,
    type: wish.type,
    size: wish.size,
    fileSize: wish.fileSize ?? (wish.type === 'Fixed' ? wish.size + 4 * mib : 4 * mib),
    minimumSize: wish.minimumSize ?? 0,
    blockSize,
    logicalSectorSize: wish.logicalSectorSize ?? 512,
    physicalSectorSize: wish.physicalSectorSize ?? (wish.format === 'VHDX' ? 4096 : 512),
    parentPath: wish.parentPath ?? '',
    id: wish.id ?? wish.ids.uuid().toUpperCase(),
    contentId: wish.contentId ?? wish.ids.uuid(),
  }
}

/** The disk after something was written to it. */
export const written = (disk: VirtualDisk, ids: Ids): VirtualDisk => ({ ...disk, contentId: ids.uuid() })

/** Stand-in for the file's bytes. */
export const diskBytes = (disk: VirtualDisk): Uint8Array =>
  new TextEncoder().encode(`${disk.format} ${disk.type} ${disk.size} ${disk.id} ${disk.contentId}\n`)
