import { expect, test } from 'vitest'
import {
  type Host,
  customObject,
  fromJson,
  int64,
  loadParser,
  run,
  toWireJson,
  type Cmdlet,
  type PsValue,
} from './index.ts'

const parameter = (type: string, more: object = {}): Cmdlet['signature']['parameters'][string] => ({
  type,
  switch: false,
  aliases: [],
  position: null,
  pipeline: false,
  ...more,
})

const getThing: Cmdlet = {
  name: 'Get-Thing',
  signature: {
    parameters: {
      Name: parameter('String', { position: 0, pipeline: true }),
      Kind: parameter('String', { values: ['Big', 'Small'] }),
      Count: parameter('Int32'),
      Force: parameter('SwitchParameter', { switch: true }),
    },
    sets: [
      {
        name: '(All)',
        mandatory: ['Name'],
        parameters: ['Name', 'Kind', 'Count', 'Force'],
        positional: ['Name'],
      },
    ],
    commonParameters: true,
  },
  invoke(call) {
    const name = String(call.bound.get('Name'))
    if (name === 'gone')
      call.error({
        message: 'no such thing',
        fqid: 'InvalidParameter,Lab.GetThing',
        category: 'InvalidArgument',
      })
    else call.write(customObject({ name, size: int64(5000000000), names: [...call.bound.keys()] }))
  },
}

const written: PsValue[] = []
const host: Host = {
  command: (name) => (name.toLowerCase() === 'get-thing' ? getThing : undefined),
  type: (name) =>
    /^(System\.)?IO\.File$/i.test(name)
      ? {
          name: 'System.IO.File',
          methods: {
            WriteAllBytes: (path, bytes) => {
              written.push(path ?? null, bytes ?? null)
              return null
            },
          },
        }
      : undefined,
  environment: (name) => (name === 'COMPUTERNAME' ? 'HV01' : undefined),
}

async function answer(script: string, params: Parameters<typeof fromJson>[0] = {}): Promise<string> {
  const parser = await loadParser()
  const parsed = parser.parse(script, 'test.ps1')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  const result = run(parsed.value, { host, params: fromJson(params) })
  return result.error === null ? toWireJson([...result.output]) : result.error.fqid
}

test('a script prints a literal object of what a cmdlet returned', async () => {
  const script = `param($Params)
$thing = Get-Thing -Name $Params.name -Force -ErrorAction Stop
[pscustomobject]@{
    name = $thing.name
    size = $thing.size
    big = ($thing.size -gt 4GB)
    names = @($thing.names | Sort-Object | ForEach-Object { $_.ToLowerInvariant() })
    host = $env:COMPUTERNAME
}`.replace('4GB', '4294967296')
  expect(await answer(script, { name: 'x' })).toBe(
    '[{"name":"x","size":5000000000,"big":true,"names":["force","name"],"host":"HV01"}]',
  )
})

test('an error of a cmdlet is caught by its id', async () => {
  const script = `param($Params)
try {
    $found = Get-Thing -Name $Params.name -ErrorAction Stop
    $found.name
} catch {
    if ($_.FullyQualifiedErrorId -notlike 'InvalidParameter,*') { throw }
    return
}`
  expect(await answer(script, { name: 'gone' })).toBe('[]')
  expect(await answer(script, { name: 'here' })).toBe('["here"]')
})

test('splatting, bytes and a static method of the embedder', async () => {
  const script = `param($Params)
$given = @{ Name = 'a'; Kind = 'big' }
$one = Get-Thing @given
$bytes = [Convert]::FromBase64String($Params.content)
[IO.File]::WriteAllBytes($Params.path, $bytes)
$one.names -join ','`
  expect(await answer(script, { content: 'AQID', path: 'C:\\x' })).toBe('["Name,Kind"]')
  expect(toWireJson(written)).toBe('["C:\\\\x",[1,2,3]]')
})

test.each([
  ['Get-Thing -Nope 1', 'NamedParameterNotFound,Get-Thing'],
  ['Get-Thing -Name a -Kind Huge', 'ParameterArgumentValidationError,Get-Thing'],
  ['Get-Thing -Name a -Count many', 'CannotConvertArgumentNoMessage,Get-Thing'],
  ['Get-Thing', 'MissingMandatoryParameter,Get-Thing'],
  ['Get-Thing a b', 'PositionalParameterNotFound,Get-Thing'],
  ['Get-Nothing', 'CommandNotFoundException'],
  [
    "throw (New-Object Management.Automation.ErrorRecord (New-Object InvalidOperationException 'text'), 'Chancery.Id', 'InvalidOperation', $null)",
    'Chancery.Id',
  ],
])('%s fails with %s', async (script, id) => {
  expect(await answer(script)).toBe(id)
})

test('the grammar complains with line and column', async () => {
  const parser = await loadParser()
  const parsed = parser.parse("$a = @{ b = 1\n$c = 'd'", 'broken.ps1')
  expect(parsed.ok).toBe(false)
  expect(parser.parse("'\u00e4'", 'umlaut.ps1')).toEqual({
    ok: false,
    error: [{ line: 1, column: 2, message: 'expected ASCII, got "\u00e4"' }],
  })
})
