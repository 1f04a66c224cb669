import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkCommands, checkSubset, loadParser, read, type Finding, type Script } from '../index.ts'

function script(body: string): Script {
  const result = read(`param($Params)\n${body}`, 'test.ps1')
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const rules = (found: readonly Finding[]): string[] => found.map((f) => `${f.line}:${f.column} ${f.rule}`)

test.each([
  ['exit 3', 'exit'],
  ['break', 'loose-break'],
  ['foreach ($a in @(1)) { @(2) | ForEach-Object { continue } }', 'loose-break'],
  ['Write-Host hello', 'write-host'],
  ['$a = "x$Params"', 'expandable-text'],
  ["throw 'text'", 'throw-record'],
  ['$a = $input', 'input-variable'],
  ['$global:a = 1', 'scope'],
  ['function f { 1 }', 'statement'],
  ['try { $a = 1 } catch { }', 'empty-catch'],
  ['if ($Params -eq $null) { return }', 'null-right'],
  ['if ($a = 1) { return }', 'assignment-in-condition'],
  ['$a = [Collections.ArrayList]::new()', 'new'],
  ['& $Params', 'invocation'],
  ['$a = Get-Item -LiteralPath $Params.path', 'error-action'],
  ['$a = @{ LiteralPath = $Params.path }\nGet-Item @a', 'error-action'],
  ['$a = $Params.x.Invoke()', 'method'],
  ['Get-Item -LiteralPath x -ErrorAction Stop 2>$null', 'redirection'],
  ['$a = ConvertTo-Json $Params', 'convertto-json'],
])('%s is outside the subset: %s', (body, rule) => {
  expect(checkSubset(script(body)).map((f) => f.rule)).toContain(rule)
})

test('a script without param($Params) is outside the subset', () => {
  const bare = read('$a = 1', 'bare.ps1')
  expect(bare.ok && rules(checkSubset(bare.value))).toEqual(['1:1 param'])
})

test('a finding says line and column', () => {
  expect(rules(checkSubset(script('$a = 1\nif ($a -eq 1) { exit }')))).toEqual(['3:17 exit'])
})

test.each([
  ['Get-VMM -Name a', 'unknown-cmdlet'],
  ['gci -Path a', 'alias'],
  ['Get-VM -Nam a', 'abbreviated-parameter'],
  ['Get-VM -Colour red', 'unknown-parameter'],
  ['Get-VM a', 'positional'],
  ['Set-VM -Name a -AutomaticStartAction Sometimes', 'bad-value'],
  ['Get-VM -Name a -Id b', 'parameter-set'],
  ['Rename-VM -Name a', 'missing-parameter'],
  ['$vm = Get-VM -Name a -ErrorAction Stop\n$b = $vm.ProcesorCount', 'unknown-property'],
  ['Get-VM -Name a -ErrorAction Stop | ForEach-Object { $_.Nmae }', 'unknown-property'],
  ['foreach ($vm in @(Get-VM -ErrorAction Stop)) { $a = $vm.Nmae }', 'unknown-property'],
  ['$a = (Get-VM -Name a -ErrorAction Stop).Nmae', 'unknown-property'],
  ['$new = @{ Name = 1; Colour = 2 }\nGet-VM @new', 'unknown-parameter'],
  ["Get-VM -ErrorAction Stop | Sort-Object -Property 'Name', 'Idd'", 'unknown-property'],
  ["Get-VM -ErrorAction Stop | Where-Object { $_.State.ToString() -eq 'Runnning' }", 'unknown-enum-text'],
  ["$s = 'Of'\n$s = (Get-VM -Id a -ErrorAction Stop).State.ToString()\n$s", 'unknown-enum-text'],
  [
    "$f = Get-WindowsFeature -Name a -ErrorAction Stop\n$f.InstallState -in @('Installed', 'Gone')",
    'unknown-enum-text',
  ],
  [
    "$e = New-Object InvalidOperationExeption 'a'\nthrow (New-Object Management.Automation.ErrorRecord $e, 'Our.Id', 'InvalidData', $null)",
    'error-record',
  ],
  [
    "$e = New-Object InvalidOperationException 'a'\nthrow (New-Object Management.Automation.ErrorRecord $e, 'Our.Id', 'Bad', $null)",
    'error-record',
  ],
  [
    "$e = New-Object InvalidOperationException 'a'\nthrow (New-Object Management.Automation.ErrorRecord $e, 'none', 'InvalidData', $null)",
    'error-record',
  ],
  [
    "$e = New-Object InvalidOperationException ('no ' + $Params.a)\nthrow (New-Object Management.Automation.ErrorRecord $e, 'Our.Id', 'InvalidData', $Params.b)",
    'error-record',
  ],
  ['$a = $b', 'unassigned'],
  ['if ($Params.x) { $a = 1 }\n$a', 'unassigned'],
  ['try { $a = 1 } catch { $b = $_ }\n$a\n$b', 'unassigned'],
  ['foreach ($a in @(1)) { $b = $a }\n$b', 'unassigned'],
  ['@(1) | ForEach-Object { $b = $_ }\n$b', 'unassigned'],
  ['$_.Name', 'unassigned'],
  ['$a = 1', 'never-read'],
])('%s has %s', (body, rule) => {
  expect(checkCommands(script(body)).map((f) => f.rule)).toContain(rule)
})

test.each([
  'Get-VM -Id $Params.id -ErrorAction Stop | Where-Object { $_.State -eq 2 } | Stop-VM -Force -ErrorAction Stop',
  '$vm = Get-VM -Name a -ErrorAction Stop\n$vm.processorcount + $vm.NetworkAdapters.Count',
  '$set = @{ Name = $Params.name; ErrorAction = 1 }\nif ($Params.x) { $set.Notes = $Params.x }\nSet-VM @set',
  '$a = $null\n$a = Get-Item -LiteralPath $Params.path -Force -ErrorAction Stop\n$a.Anything',
  'Remove-Item -LiteralPath $Params.path -Confirm:$false -ErrorAction Stop',
  'if ($Params.x) { $a = 1 } else { throw }\n$a',
  'if ($Params.x) { $a = 1 } elseif ($Params.y) { $a = 2 } else { $a = 3 }\n$a',
  'try { $a = 1 } catch { throw }\n$a',
  'foreach ($a in @(1)) { if ($a) { continue } else { $b = 2 }\n$b }',
  '$a = @(1)\n@(1) | ForEach-Object { $a += $_ }\n$a',
  "$job = Stop-VM -Name a -AsJob -ErrorAction Stop\n$job.State.ToString() -eq 'Failed'",
  "$s = 'Off'\n$s = (Get-VM -Id a -ErrorAction Stop).State.ToString()\n$s -ne 'running'",
])('%s is in order', (body) => {
  expect(checkCommands(script(body))).toEqual([])
})

test('the scripts of the shipped kinds are in order', async () => {
  const parser = await loadParser()
  const kinds = new URL('../../kinds/', import.meta.url)
  const files = readdirSync(kinds, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ps1'))
  const found = files.flatMap((file): readonly unknown[] => {
    const parsed = parser.parse(readFileSync(new URL(file, kinds), 'utf8'), file)
    if (!parsed.ok) return [{ file, complaint: parsed.error }]
    return [...checkSubset(parsed.value), ...checkCommands(parsed.value)].map((f) => ({ file, ...f }))
  })
  expect(found).toEqual([])
  expect(files.length).toBeGreaterThan(0)
})
