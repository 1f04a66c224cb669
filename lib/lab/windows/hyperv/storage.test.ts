import { beforeEach, expect, test } from 'vitest'
import { type Console, consoleOn } from '../script.rig.ts'

let host: Console
beforeEach(async () => {
  host = await consoleOn('hyperv')
  host.run(`$null = New-VM -Name mail -Generation 2 -NoVHD; $null = New-Item -Path C:\\V -ItemType Directory`)
})

test('New-VHD makes a disk with its defaults and refuses a file that exists', () => {
  expect(
    host.run(`$d = New-VHD -Path C:\\V\\a.vhdx -SizeBytes 10GB -Dynamic
[pscustomobject]@{ type = $d.VhdType.ToString(); format = $d.VhdFormat.ToString(); size = $d.Size; block = $d.BlockSize; sector = $d.LogicalSectorSize; attached = $d.Attached }`),
  ).toEqual([
    { type: 'Dynamic', format: 'VHDX', size: 10 * 1024 ** 3, block: 33554432, sector: 512, attached: false },
  ])
  expect(host.fails(`New-VHD -Path C:\\V\\a.vhdx -SizeBytes 10GB -ErrorAction Stop`)).toMatchObject({
    fqid: 'OperationFailed,Microsoft.Vhd.PowerShell.Cmdlets.NewVhd',
    message: expect.stringContaining('The file exists. (0x80070050)'),
  })
})

test('a fixed disk takes its whole size of the free space, and fails where that is too little', () => {
  const before = host.world.files.free
  host.run(`$null = New-VHD -Path C:\\V\\f.vhdx -SizeBytes 50GB -Fixed`)
  expect(before - host.world.files.free).toBeGreaterThanOrEqual(50 * 1024 ** 3)
  expect(
    host.fails(`New-VHD -Path C:\\V\\g.vhdx -SizeBytes 500GB -Fixed -ErrorAction Stop`).message,
  ).toContain('not enough space')
})

test('a parent that is missing is InvalidParameter', () => {
  expect(
    host.fails(`New-VHD -Path C:\\V\\c.vhdx -ParentPath C:\\V\\none.vhdx -Differencing -ErrorAction Stop`),
  ).toMatchObject({
    id: 'InvalidParameter',
    category: 'InvalidArgument',
  })
  expect(host.fails(`Get-VHD -Path C:\\V\\none.vhdx -ErrorAction Stop`).id).toBe('InvalidParameter')
})

test('a disk of a running machine grows, and can be neither deleted, moved nor attached again', () => {
  host.run(
    `$null = New-VHD -Path C:\\V\\a.vhdx -SizeBytes 10GB; Add-VMHardDiskDrive -VMName mail -Path C:\\V\\a.vhdx; Start-VM -Name mail`,
  )
  host.run(`Resize-VHD -Path C:\\V\\a.vhdx -SizeBytes 20GB -ErrorAction Stop`)
  expect(host.run(`(Get-VHD -Path C:\\V\\a.vhdx).Size`)).toEqual([20 * 1024 ** 3])
  expect(host.fails(`Remove-Item -LiteralPath C:\\V\\a.vhdx -Force -ErrorAction Stop`).fqid).toBe(
    'RemoveFileSystemItemIOError,Microsoft.PowerShell.Commands.RemoveItemCommand',
  )
  expect(
    host.fails(`Move-Item -LiteralPath C:\\V\\a.vhdx -Destination C:\\V\\b.vhdx -ErrorAction Stop`).category,
  ).toBe('WriteError')
  host.run(`$null = New-VM -Name second -Generation 2 -NoVHD`)
  expect(host.fails(`Add-VMHardDiskDrive -VMName second -Path C:\\V\\a.vhdx -ErrorAction Stop`).id).toBe(
    'ObjectInUse',
  )
})

test('removing a machine leaves its disks, and its configuration goes', () => {
  host.run(
    `$null = New-VHD -Path C:\\V\\a.vhdx -SizeBytes 10GB; Add-VMHardDiskDrive -VMName mail -Path C:\\V\\a.vhdx`,
  )
  const files = () => host.world.files.walk().filter(([path]) => path.endsWith('.vmcx')).length
  expect(files()).toBe(1)
  host.run(`Remove-VM -Name mail -Force`)
  expect(files()).toBe(0)
  expect(host.world.files.file('C:\\V\\a.vhdx')).toBeDefined()
})

test('drives take the first free place, IDE is refused on generation 2', () => {
  host.run(
    `foreach ($n in 1..3) { $null = New-VHD -Path "C:\\V\\$n.vhdx" -SizeBytes 1GB; Add-VMHardDiskDrive -VMName mail -Path "C:\\V\\$n.vhdx" }`,
  )
  expect(
    host.run(
      `Get-VMHardDiskDrive -VMName mail | ForEach-Object { "$($_.ControllerType) $($_.ControllerNumber),$($_.ControllerLocation)" }`,
    ),
  ).toEqual(['SCSI 0,0', 'SCSI 0,1', 'SCSI 0,2'])
  expect(
    host.fails(`Add-VMHardDiskDrive -VMName mail -ControllerType IDE -Path C:\\V\\1.vhdx -ErrorAction Stop`)
      .message,
  ).toContain('Hyper-V cannot attach IDE devices to a generation 2 virtual machine.')
})

test('a DVD drive that a script emptied takes no medium again; the image must exist', () => {
  host.world.files.write('C:\\V\\a.iso', 'image')
  expect(host.fails(`Add-VMDvdDrive -VMName mail -Path C:\\V\\none.iso -ErrorAction Stop`).id).toBe(
    'InvalidParameter',
  )
  host.run(`Add-VMDvdDrive -VMName mail -Path C:\\V\\a.iso; Set-VMDvdDrive -VMName mail -Path $null`)
  expect(host.run(`$null -eq (Get-VMDvdDrive -VMName mail).Path`)).toEqual([true])
  expect(host.fails(`Set-VMDvdDrive -VMName mail -Path C:\\V\\a.iso -ErrorAction Stop`).message).toContain(
    'the object was not found',
  )
})

test('new devices come last in the boot order, which is replaced as a whole and names devices of the machine', () => {
  host.run(
    `$null = New-VHD -Path C:\\V\\a.vhdx -SizeBytes 1GB; Add-VMHardDiskDrive -VMName mail -Path C:\\V\\a.vhdx; Add-VMDvdDrive -VMName mail`,
  )
  const order = `(Get-VMFirmware -VMName mail).BootOrder | ForEach-Object { $_.Device.GetType().Name }`
  expect(host.run(order)).toEqual(['VMNetworkAdapter', 'HardDiskDrive', 'DvdDrive'])
  host.run(
    `Set-VMFirmware -VMName mail -BootOrder (Get-VMDvdDrive -VMName mail), (Get-VMNetworkAdapter -VMName mail)`,
  )
  expect(host.run(order)).toEqual(['DvdDrive', 'VMNetworkAdapter', 'HardDiskDrive'])
})

test('a checkpoint puts a file on top of each disk', () => {
  host.run(
    `$null = New-VHD -Path C:\\V\\a.vhdx -SizeBytes 1GB; Add-VMHardDiskDrive -VMName mail -Path C:\\V\\a.vhdx`,
  )
  host.world.hyperv.checkpoint(host.world.hyperv.machines[0]!, 'before')
  expect(
    host.run(
      `$p = (Get-VMHardDiskDrive -VMName mail).Path; ($p -like 'C:\\V\\a_*.avhdx') -and (Get-VHD -Path $p).ParentPath -eq 'C:\\V\\a.vhdx'`,
    ),
  ).toEqual([true])
  expect(host.run(`(Get-VMSnapshot -VMName mail).Name`)).toEqual(['before'])
})
