import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadLint, type ScriptRole, workerExemptions } from '../index.ts'

const lint = await loadLint()
const rulesOf = (text: string, role: ScriptRole = 'act'): readonly string[] =>
  lint('test.ps1', text, role).map((f) => f.rule)
const script = (body: string): string => `param($Params)\n${body}\n`

test.each([
  ['syntax', 'if ('],
  ['ascii', "$a = '\u00e9'\n$a"],
  ['ascii', '\t$Params.a'],
  ['ascii', '$Params.a\r'],
  ['double-quotes', '$a = "x"\n$a'],
  ['backtick', '$a = 1 + `\n2\n$a'],
  ['write', "Write-Output 'x'"],
  ['write', "Write-Warning 'x'"],
  ['write-host', "Write-Host 'x'"],
  ['error-action', 'Get-VM -Name a'],
  ['error-action', '$a = Get-VM | Sort-Object\n$a'],
  ['error-action', '$a = (Get-VHD -Path $Params.p).Size\n$a'],
  ['error-action', 'Get-VM -ErrorAction SilentlyContinue'],
  ['error-action', '@(1) | Sort-Object -ErrorAction Ignore'],
  ['error-action', '$set = @{ Name = 1 }\nSet-VM @set'],
  ['exit', 'exit 1'],
  ['input-variable', '$input'],
  ['loose-break', 'break'],
  ['alias', '@(1) | % { 1 }'],
  ['alias', 'gci -Path a -ErrorAction Stop'],
  ['positional', 'Get-VM a -ErrorAction Stop'],
  ['abbreviated-parameter', 'Get-VM -Nam a -ErrorAction Stop'],
  ['native-input', 'w32tm.exe /resync'],
  ['unknown-cmdlet', 'w32tm /resync'],
  ['convertto-json', 'ConvertTo-Json -InputObject 1'],
  ['invoke-expression', "Invoke-Expression -Command '1'"],
  ['add-type', "Add-Type -TypeDefinition 'x'"],
  ['syntax', '$a = $Params.x ?? 1\n$a'],
  ['syntax', '$a = $Params.x ? 1 : 2\n$a'],
  ['syntax', 'Get-VM -ErrorAction Stop && Get-VM -ErrorAction Stop'],
])('%s is found in %j', (rule, body) => {
  expect(rulesOf(script(body))).toContain(rule)
})

test.each([
  ['loose-output', '$Params.a'],
  ['loose-output', 'if ($Params.a) { @{ a = 1 } }'],
  ['loose-output', 'Get-VM -ErrorAction Stop'],
  ['unsorted-list', '[pscustomobject]@{ a = @(Get-VM -ErrorAction Stop | ForEach-Object { $_.Name }) }'],
  [
    'unsorted-list',
    '$a = @(Get-VM -ErrorAction Stop)\n$b = @($a | ForEach-Object { $_.Name })\n[pscustomobject]@{ a = $b }',
  ],
])('%s is found in a look: %j', (rule, body) => {
  expect(rulesOf(script(body), 'look')).toContain(rule)
})

test.each([
  "$vm = Get-VM -Id $Params.id -ErrorAction Stop | Where-Object { $_.Name -eq 'exit-1' }\nRemove-VM -VM $vm -Force -ErrorAction Stop",
  "$set = @{ Name = $Params.name; ErrorAction = 'Stop' }\nSet-VM @set",
  '# Get-VM would go on; "quoted", `ticked`\n[IO.File]::Delete($Params.path)',
  "$a = 'Get-VM in text'\n[IO.File]::Delete($a)",
  '$null = $null | w32tm.exe /resync',
])('nothing is found in %j', (body) => {
  expect(rulesOf(script(body))).toEqual([])
})

test.each([
  '[pscustomobject]@{ a = @(Get-VM -ErrorAction Stop | ForEach-Object { $_.Name } | Sort-Object) }',
  '$a = @(Get-VM -ErrorAction Stop | Sort-Object -Property Id)\n[pscustomobject]@{ a = @($a | ForEach-Object { $_.Name }) }',
  '$a = @(Get-VM -ErrorAction Stop | Where-Object { $_.Id.ToString() -eq $Params.id })\n[pscustomobject]@{ a = @($a | ForEach-Object { $_.Name }) }',
  '$k = @{}\n@(1) | ForEach-Object { $k[$_] = 1 }\n[pscustomobject]@{ a = $k.Count }',
])('nothing is found in a look: %j', (body) => {
  expect(rulesOf(script(body), 'look')).toEqual([])
})

test('a script begins with its parameter and ends with a line feed', () => {
  expect(rulesOf('$a = 1')).toEqual(['param', 'never-read', 'head', 'end'])
})

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (file: string): string => readFileSync(`${root}/${file}`, 'utf8')
const files = globSync('lib/**/*.ps1', { cwd: root }).sort()

/** Run as one script. */
const receiver = 'lib/transport/delivery/receiver'
/** Scripts that run others, or are run by no worker: they set up what the others find. */
const workers = ['lib/transport/worker/worker.ps1', receiver, 'lib/cli/doctor/whole/run-checks.ps1']
const roleOf = (script: string): ScriptRole =>
  workers.includes(script)
    ? 'worker'
    : /\/(observe|restart-state)\.ps1$|\/doctor\//.test(script)
      ? 'look'
      : 'act'

/** By file; the scripts of the receiver are one. */
const scripts = Map.groupBy(files, (file) => (file.startsWith(`${receiver}/`) ? receiver : file))
const textOf = (script: string): string => (scripts.get(script) ?? []).map(read).join('')

test.each([...scripts.keys()])('%s keeps to all of it', (script) => {
  expect(lint(script, textOf(script), roleOf(script))).toEqual([])
})

test('the worker needs each of its exemptions', () => {
  const used = new Set(
    workers.filter((one) => scripts.has(one)).flatMap((one) => rulesOf(textOf(one), 'act')),
  )
  expect([...workerExemptions].filter((rule) => !used.has(rule))).toEqual([])
})
