import type { Call } from '../../../powershell/host.ts'
import type { PsObject } from '../../../powershell/values.ts'
import { extensionOf, fold, join } from '../../world/path.ts'
import { newDisk, type VirtualDisk, written } from '../../world/virtual-disk.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { flagOf, numberOf, object, textOf, textsOf, uint32, uint64 } from '../values.ts'
import { vhdEnum } from './enums.ts'
import { hypervCmdlet, invalidArgument, objectInUse, operationFailed } from './errors.ts'

/** Virtual hard disks. */

const diskObject = (world: World, path: string, disk: VirtualDisk): PsObject =>
  object(
    ['Microsoft.Vhd.PowerShell.VirtualHardDisk'],
    {
      ComputerName: world.computerName,
      Path: path,
      VhdFormat: vhdEnum('VhdFormat', disk.format),
      VhdType: vhdEnum('VhdType', disk.type),
      FileSize: uint64(disk.fileSize),
      Size: uint64(disk.size),
      MinimumSize: disk.minimumSize === 0 ? null : uint64(disk.minimumSize),
      LogicalSectorSize: uint32(disk.logicalSectorSize),
      PhysicalSectorSize: uint32(disk.physicalSectorSize),
      BlockSize: uint32(disk.blockSize),
      ParentPath: disk.parentPath,
      DiskIdentifier: disk.id,
      FragmentationPercentage: uint32(0),
      Alignment: uint32(1),
      Attached: world.hyperv.holds(path),
      DiskNumber: null,
      IsPMEMCompatible: false,
    },
    disk,
  )

/** The disk in a file, or undefined after the error was reported. */
function diskAt(call: Call, world: World, cmdlet: string, path: string): VirtualDisk | undefined {
  const file = world.files.file(path)
  if (file === undefined)
    call.error(
      invalidArgument(
        cmdlet,
        `Getting the mounted storage instance for the path '${path}' failed. The system cannot find the file specified. Error code: 0x80070002`,
      ),
    )
  else if (file.content.kind !== 'disk')
    call.error(
      operationFailed(
        cmdlet,
        `Failed to get the virtual disk. The file '${path}' is corrupted and unreadable.`,
      ),
    )
  else return file.content.disk
  return undefined
}

const failedToCreate = (call: Call, path: string, why: string): void =>
  call.error(
    operationFailed(
      'New-VHD',
      `Failed to create the virtual hard disk. The system failed to create '${path}': ${why}`,
    ),
  )

const newVhd = hypervCmdlet('New-VHD')((call, world) => {
  const cmdlet = 'New-VHD'
  for (const given of textsOf(call.bound.get('Path'))) {
    const path = /^[a-z]:/i.test(given) ? given : join(world.hyperv.settings.diskPath, given)
    const extension = extensionOf(path).toLowerCase()
    const parentPath = textOf(call.bound.get('ParentPath'))
    const parent = parentPath === undefined ? undefined : world.files.file(parentPath)
    const parentDisk = parent?.content.kind === 'disk' ? parent.content.disk : undefined
    if (extension !== '.vhdx' && extension !== '.vhd') {
      call.error(
        invalidArgument(cmdlet, `The file extension of '${path}' is not valid for a virtual hard disk.`),
      )
      continue
    }
    if (parentPath !== undefined && parentDisk === undefined) {
      call.error(
        invalidArgument(cmdlet, `The parent '${parentPath}' was not found or is no virtual hard disk.`),
      )
      continue
    }
    const size = numberOf(call.bound.get('SizeBytes')) ?? parentDisk?.size ?? 0
    if (size < 3 * 1024 ** 2 || size > (extension === '.vhdx' ? 64 : 2) * 1024 ** 4 || size % 512 !== 0) {
      call.error(
        invalidArgument(cmdlet, `The size ${size} of '${path}' is out of range or no multiple of 512.`),
      )
      continue
    }
    if (world.files.get(path) !== undefined) {
      failedToCreate(call, path, 'The file exists. (0x80070050).')
      continue
    }
    const blockSize = numberOf(call.bound.get('BlockSizeBytes'))
    const logicalSectorSize = numberOf(call.bound.get('LogicalSectorSizeBytes'))
    const physicalSectorSize = numberOf(call.bound.get('PhysicalSectorSizeBytes'))
    const disk = newDisk({
      size,
      format: extension === '.vhdx' ? 'VHDX' : 'VHD',
      type:
        parentDisk !== undefined
          ? 'Differencing'
          : flagOf(call.bound.get('Fixed')) === true
            ? 'Fixed'
            : 'Dynamic',
      ids: world.ids,
      ...(blockSize === undefined ? {} : { blockSize }),
      ...(logicalSectorSize === undefined ? {} : { logicalSectorSize }),
      ...(physicalSectorSize === undefined ? {} : { physicalSectorSize }),
      ...(parentPath === undefined ? {} : { parentPath }),
    })
    const made = world.files.put(path, { kind: 'disk', disk })
    if (made.ok) call.write(diskObject(world, world.files.realPath(path), disk))
    else
      failedToCreate(
        call,
        path,
        made.error.why === 'full'
          ? 'There is not enough space on the disk. (0x80070070).'
          : made.error.why === 'denied'
            ? 'Access is denied. (0x80070005).'
            : 'The system cannot find the path specified. (0x80070003).',
      )
  }
})

const resizeVhd = hypervCmdlet('Resize-VHD')((call, world) => {
  const cmdlet = 'Resize-VHD'
  for (const path of textsOf(call.bound.get('Path'))) {
    const disk = diskAt(call, world, cmdlet, path)
    if (disk === undefined) continue
    const held = world.hyperv.holds(path)
    const drive = world.hyperv
      .attachedTo(path)
      ?.drives.find((d) => d.path !== undefined && fold(d.path) === fold(path))
    if (held && (disk.format === 'VHD' || drive?.controller === 'IDE')) {
      call.error(
        objectInUse(
          cmdlet,
          `Failed to resize the virtual disk. The process cannot access the file '${path}' because it is being used by another process.`,
        ),
      )
      continue
    }
    const size =
      flagOf(call.bound.get('ToMinimumSize')) === true
        ? disk.minimumSize
        : (numberOf(call.bound.get('SizeBytes')) ?? disk.size)
    if (size < disk.minimumSize || size % 512 !== 0 || (size < disk.size && disk.format === 'VHD')) {
      call.error(
        invalidArgument(
          cmdlet,
          `Failed to resize the virtual disk '${path}'. The size ${size} is out of range.`,
        ),
      )
      continue
    }
    const grown = disk.type === 'Fixed' ? disk.fileSize + (size - disk.size) : disk.fileSize
    const next = { ...written(disk, world.ids), size, fileSize: grown, id: disk.id }
    const put = held ? force(world, path, next) : world.files.put(path, { kind: 'disk', disk: next }).ok
    if (!put)
      call.error(
        operationFailed(
          cmdlet,
          `Failed to resize the virtual disk '${path}'. There is not enough space on the disk. (0x80070070).`,
        ),
      )
    else if (flagOf(call.bound.get('Passthru')) === true) call.write(diskObject(world, path, next))
  }
})

/** The file of a running machine changes under the hands of its holder. */
function force(world: World, path: string, disk: VirtualDisk): boolean {
  const file = world.files.file(path)
  if (file === undefined) return false
  file.content = { kind: 'disk', disk }
  return true
}

export const diskCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VHD': hypervCmdlet('Get-VHD')((call, world) => {
    for (const path of textsOf(call.bound.get('Path'))) {
      const disk = diskAt(call, world, 'Get-VHD', path)
      if (disk !== undefined) call.write(diskObject(world, world.files.realPath(path), disk))
    }
    const ids = textsOf(call.bound.get('VMId')).map((id) => id.toLowerCase())
    for (const machine of world.hyperv.machines.filter((m) => ids.includes(m.id)))
      for (const drive of machine.drives) {
        const disk =
          drive.kind !== 'disk' || drive.path === undefined
            ? undefined
            : diskAt(call, world, 'Get-VHD', drive.path)
        if (disk !== undefined) call.write(diskObject(world, drive.path ?? '', disk))
      }
  }),
  'New-VHD': newVhd,
  'Resize-VHD': resizeVhd,
  'Test-VHD': hypervCmdlet('Test-VHD')((call, world) => {
    for (const path of textsOf(call.bound.get('Path'))) {
      const disk = diskAt(call, world, 'Test-VHD', path)
      if (disk === undefined) call.write(false)
      else if (disk.type === 'Differencing' && world.files.file(disk.parentPath) === undefined) {
        call.error(
          invalidArgument(
            'Test-VHD',
            `The chain of virtual hard disks of '${path}' is broken: '${disk.parentPath}' was not found.`,
          ),
        )
        call.write(false)
      } else call.write(true)
    }
  }),
}
