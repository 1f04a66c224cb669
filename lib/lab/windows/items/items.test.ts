import { beforeEach, describe, expect, test } from 'vitest'
import { type Console, consoleOn } from '../script.rig.ts'

let host: Console
beforeEach(async () => {
  host = await consoleOn('bare')
})

const commands = 'Microsoft.PowerShell.Commands.'

test.each([
  ['Get-Item -LiteralPath C:\\none', 'PathNotFound', 'GetItemCommand', 'ObjectNotFound'],
  ['Get-Item -LiteralPath Q:\\none', 'DriveNotFound', 'GetItemCommand', 'ObjectNotFound'],
  ['Get-ChildItem -LiteralPath C:\\none', 'PathNotFound', 'GetChildItemCommand', 'ObjectNotFound'],
  ['Get-Content -LiteralPath C:\\none', 'PathNotFound', 'GetContentCommand', 'ObjectNotFound'],
  ['Remove-Item -LiteralPath C:\\none', 'PathNotFound', 'RemoveItemCommand', 'ObjectNotFound'],
  ['Move-Item -LiteralPath C:\\none -Destination C:\\b', 'PathNotFound', 'MoveItemCommand', 'ObjectNotFound'],
  ['Copy-Item -LiteralPath C:\\none -Destination C:\\b', 'PathNotFound', 'CopyItemCommand', 'ObjectNotFound'],
  [
    'Rename-Item -LiteralPath C:\\none -NewName b',
    'InvalidOperation',
    'RenameItemCommand',
    'InvalidOperation',
  ],
  [
    'Get-ItemProperty -LiteralPath HKLM:\\SOFTWARE\\None',
    'PathNotFound',
    'GetItemPropertyCommand',
    'ObjectNotFound',
  ],
  ['New-Item -Path C:\\Windows -ItemType Directory', 'DirectoryExist', 'NewItemCommand', 'ResourceExists'],
])('%s fails as %s', (command, id, suffix, category) => {
  expect(host.fails(`${command} -ErrorAction Stop`)).toMatchObject({
    fqid: `${id},${commands}${suffix}`,
    category,
  })
})

test('an error that is not asked to stop goes on and leaves nothing behind', () => {
  expect(host.run(`Get-Item -LiteralPath C:\\none -ErrorAction SilentlyContinue; 'on'`)).toEqual(['on'])
})

test('what is written is read, hashed, copied, moved and listed', () => {
  expect(
    host.run(`
$null = New-Item -Path C:\\d -ItemType Directory
[IO.File]::WriteAllText('C:\\d\\a.txt', "one\`r\`ntwo")
Copy-Item -LiteralPath C:\\d\\a.txt -Destination C:\\d\\b.txt
Move-Item -LiteralPath C:\\d\\b.txt -Destination C:\\d\\c.txt
$hashes = @(Get-ChildItem -LiteralPath C:\\d | ForEach-Object { (Get-FileHash -LiteralPath $_.FullName).Hash })
[pscustomobject]@{
  names = @(Get-ChildItem -Path C:\\d\\*.txt | ForEach-Object { $_.Name })
  lines = @(Get-Content -LiteralPath C:\\d\\c.txt)
  same = $hashes[0] -eq $hashes[1]
  length = (Get-Item -LiteralPath C:\\D\\A.TXT).Length
  test = @((Test-Path -LiteralPath C:\\d -PathType Container), (Test-Path -LiteralPath C:\\d\\b.txt), (Test-Path C:\\d\\*.txt))
}`),
  ).toEqual([
    { names: ['a.txt', 'c.txt'], lines: ['one', 'two'], same: true, length: 8, test: [true, false, true] },
  ])
})

test('a name keeps its case and is found in any', () => {
  host.run(`[IO.File]::WriteAllText('C:\\ReadMe.TXT', 'x')`)
  expect(host.run(`(Get-Item -LiteralPath c:\\readme.txt).FullName`)).toEqual(['C:\\ReadMe.TXT'])
})

describe('what .NET throws', () => {
  test.each([
    [`[IO.File]::ReadAllText('C:\\none')`, 'FileNotFoundException'],
    [`[IO.File]::WriteAllText('C:\\none\\a', 'x')`, 'DirectoryNotFoundException'],
    [`[IO.File]::ReadAllBytes('C:\\Windows')`, 'UnauthorizedAccessException'],
    [
      `[IO.File]::WriteAllText('C:\\a', 'x'); [IO.File]::WriteAllText('C:\\b', 'x'); [IO.File]::Move('C:\\a', 'C:\\b')`,
      'IOException',
    ],
    [`[IO.Directory]::Delete('C:\\Windows')`, 'IOException'],
  ])('%s: %s', (script, id) => {
    expect(host.fails(script)).toMatchObject({ fqid: id, category: 'NotSpecified' })
  })

  test('a full disk is an IOException and changes nothing', () => {
    host.run(`[IO.File]::WriteAllText('C:\\a', 'old')`)
    host.world.files.setFree(0)
    expect(host.fails(`[IO.File]::WriteAllText('C:\\b', 'new')`).message).toContain('not enough space')
    expect(host.run(`[IO.File]::ReadAllText('C:\\a')`)).toEqual(['old'])
  })
})

test('free space is what is left after whole clusters, and comes back', () => {
  const before = host.world.files.free
  host.world.files.write('C:\\a', new Uint8Array(1))
  expect(before - host.world.files.free).toBe(4096)
  host.world.files.write('C:\\a', new Uint8Array(5000))
  expect(before - host.world.files.free).toBe(8192)
  host.world.files.remove('C:\\a')
  expect(host.world.files.free).toBe(before)
})

test('an account without rights reads, and writes only where anybody may', () => {
  host.world.files.write('C:\\a', 'x')
  host.world.rights = 'denied'
  expect(host.run(`[IO.File]::ReadAllText('C:\\a')`)).toEqual(['x'])
  expect(host.fails(`[IO.File]::WriteAllText('C:\\a', 'y')`).fqid).toBe('UnauthorizedAccessException')
  expect(host.run(`[IO.File]::WriteAllText('C:\\Windows\\Temp\\a', 'y')`)).toEqual([])
})
