import { describe, expect, it } from 'vitest'
import { scriptComplaints } from './script-complaints.ts'

const complaintsOf = (body: string): readonly string[] =>
  scriptComplaints('x.ps1', `param($Params)\n${body}\n`)

describe('the rules of our scripts', () => {
  it.each([
    [
      'a cmdlet that would go on after an error',
      'Get-VM -Name $Params.name',
      'Get-VM: expected -ErrorAction Stop',
    ],
    ['one in the middle of a pipeline', '$a = Get-VM | Sort-Object', 'Get-VM: expected -ErrorAction Stop'],
    ['one in parentheses', '$a = (Get-VHD -Path $p).Size', 'Get-VHD: expected -ErrorAction Stop'],
    ['another error action', 'Get-VM -ErrorAction SilentlyContinue', '-ErrorAction Stop only'],
    [
      'a splat that would go on after an error',
      '$set = @{ A = 1 }\nSet-VM @set',
      "ErrorAction = 'Stop' in what is splatted",
    ],
    ['text that is expanded', '$a = "x $b"', 'single quotes only'],
    ['an end of the worker', 'exit 1', 'no exit'],
    ['the requests of the worker', '$input', 'no $input'],
    ['output of its own', "Write-Host 'x'", 'no Write-*'],
    ['letters outside ASCII', "$a = 'é'", 'ASCII'],
    ['a tab', '\t$a = 1', 'ASCII'],
    ['a continued line', '$a = 1 `', 'no backtick'],
    ['an alias', '$a | % { 1 }', 'no alias'],
  ])('complain of %s', (_, body, complaint) => {
    expect(complaintsOf(body).join('\n')).toContain(complaint)
  })

  it.each([
    "$vm = Get-VM -Id $Params.id -ErrorAction Stop | Where-Object { $_.Name -eq 'exit-1' }",
    "$set = @{ VM = $vm; ErrorAction = 'Stop' }\nSet-VM @set",
    '# Get-VM would go on',
    "$a = 'Get-VM in text'",
  ])('accept %j', (body) => {
    expect(complaintsOf(body)).toEqual([])
  })

  it('complain of a script without its parameter and without a line feed at the end', () => {
    expect(scriptComplaints('x.ps1', '$a = 1')).toEqual([
      'x.ps1:1: expected param($Params)',
      'x.ps1:1: expected a line feed at the end',
    ])
  })
})
