import { builtInNames } from '../cmdlets/index.ts'
import { type Command, type Expr, type Script, type Stmt } from '../syntax/ast.ts'
import { Findings, type Finding } from './findings.ts'
import { errorActionOf, splatsOf } from './commands.ts'
import { commandName, isProgram } from './names.ts'
import { type Around, walkBlock } from './walk.ts'

const STATEMENTS = [
  'pipeline',
  'assign',
  'if',
  'while',
  'foreach',
  'try',
  'throw',
  'return',
  'break',
  'continue',
]
const OPERATORS = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '..',
  'f',
  'and',
  'or',
  'eq',
  'ne',
  'gt',
  'ge',
  'lt',
  'le',
  'ceq',
  'cne',
  'like',
  'notlike',
  'match',
  'notmatch',
  'in',
  'notin',
  'contains',
  'notcontains',
  'join',
  'split',
  'replace',
  'is',
  'isnot',
  'band',
  'bor',
])
const UNARY = new Set(['not', '-', 'join'])
const CASTS = new Set([
  'int',
  'long',
  'string',
  'bool',
  'double',
  'pscustomobject',
  'ordered',
  'string[]',
  'int[]',
  'byte[]',
  'uint32',
  'uint64',
  'byte',
  'datetime',
  'timespan',
  'version',
  'guid',
])
const METHODS = new Set(
  'ToString ToLower ToUpper ToLowerInvariant ToUpperInvariant Trim TrimStart TrimEnd Substring StartsWith EndsWith Contains ContainsKey IndexOf LastIndexOf Split Replace Add Remove Equals Clear GetBytes GetString ComputeHash ToUniversalTime ToFileTimeUtc AddSeconds AddMinutes AddDays'
    .split(' ')
    .map((m) => m.toLowerCase()),
)
const VARIABLES = new Set([
  'input',
  'args',
  'myinvocation',
  'psscriptroot',
  'pscommandpath',
  'host',
  'lastexitcode',
  '?',
  '^',
  '$',
  'psitem',
  'matches',
  'this',
  'stacktrace',
  'error',
  'pid',
  'home',
  'pwd',
])
const BANNED: { readonly [name: string]: string } = {
  'write-host': 'it prints between the replies',
  'invoke-expression': 'data never becomes code',
  'convertto-json': 'the worker writes JSON',
  'read-host': 'nobody is there to answer',
  'out-file': 'its encoding differs; use [IO.File]',
  'set-strictmode': 'the worker sets it',
  'start-process': 'a child dies with the session',
  'add-type': 'it compiles code on the host',
}
/** Cmdlets that need no -ErrorAction: those of the language, and waiting. */
const QUIET = new Set([...builtInNames.map((n) => n.toLowerCase()), 'start-sleep'])

/** Whether a script keeps to the written subset (SUBSET.md); each departure with its rule and place. */
export function checkSubset(script: Script): readonly Finding[] {
  const f = new Findings(script)
  head(script, f)
  const splats = splatsOf(script)
  walkBlock(script.block, {
    stmt: (s, around) => statement(f, s, around),
    expr: (x) => expression(f, x),
    command: (c) => command(f, c, splats),
    attribute: (a) => {
      if (a.kind === 'attribute') f.add('attribute', a.at, `[${a.name}] is outside the subset`)
    },
    block: (b, around) => {
      if (b.begin !== undefined || b.process !== undefined)
        f.add('named-block', b.at, 'begin and process are outside the subset')
      if (around.depth > 0 && b.parameters !== undefined)
        f.add('block-parameters', b.at, 'a block with parameters is outside the subset')
    },
  })
  return f.all
}

function head(script: Script, f: Findings): void {
  const parameters = script.block.parameters
  if (parameters?.length !== 1 || parameters[0]?.name !== 'Params' || parameters[0].initial !== undefined)
    f.add('param', 0, 'a script begins with param($Params)')
}

function statement(f: Findings, s: Stmt, around: Around): void {
  if (s.kind === 'exit') f.add('exit', s.at, 'exit ends the worker')
  else if (!STATEMENTS.includes(s.kind)) f.add('statement', s.at, `${s.kind} is outside the subset`)
  switch (s.kind) {
    case 'break':
    case 'continue':
      if (around.loops === 0)
        f.add('loose-break', s.at, `${s.kind} outside a loop of the same block ends the worker's own loop`)
      if (s.label !== undefined) f.add('label', s.at, 'labels are outside the subset')
      return
    case 'while':
    case 'foreach':
      if (s.label !== '') f.add('label', s.at, 'labels are outside the subset')
      if (s.kind === 'while') condition(f, s.condition)
      return
    case 'if':
      for (const [test] of s.clauses) condition(f, test)
      return
    case 'try':
      for (const c of s.catches)
        if (c.body.length === 0) f.add('empty-catch', s.at, 'an empty catch hides every error')
      return
    case 'throw':
      if (s.value !== undefined && !throwsRecord(s.value))
        f.add('throw-record', s.at, 'throw an ErrorRecord with an id: its text alone cannot be recognised')
      return
    case 'pipeline':
      if (s.redirections.length > 0) f.add('redirection', s.at, 'redirections are outside the subset')
  }
}

function condition(f: Findings, s: Stmt): void {
  if (s.kind === 'assign')
    f.add('assignment-in-condition', s.at, 'an assignment as a condition; -eq compares')
}

function throwsRecord(s: Stmt): boolean {
  if (s.kind !== 'pipeline' || s.first.kind === 'command') return false
  if (s.first.kind === 'var') return true
  return (
    s.first.kind === 'paren' &&
    s.first.inner.kind === 'pipeline' &&
    s.first.inner.first.kind === 'command' &&
    commandName(s.first.inner.first)?.toLowerCase() === 'new-object'
  )
}

const typeText = (t: { readonly name: string; readonly array: number }): string =>
  `${t.name.toLowerCase()}${'[]'.repeat(t.array)}`

function expression(f: Findings, x: Expr): void {
  switch (x.kind) {
    case 'expand':
      f.add('expandable-text', x.at, 'text with variables in it; join with + so that data stays data')
      return
    case 'var':
      if (VARIABLES.has(x.name.toLowerCase()))
        f.add(
          x.name.toLowerCase() === 'input' ? 'input-variable' : 'variable',
          x.at,
          `$${x.name} is outside the subset`,
        )
      if (x.scope !== undefined && x.scope !== 'env')
        f.add('scope', x.at, `$${x.scope}: outlives or leaves the script`)
      return
    case 'sub':
      f.add('subexpression', x.at, '$( ) is outside the subset; use @( ) or ( )')
      return
    case 'step':
      f.add('step', x.at, '++ and -- are outside the subset; write $x = $x + 1')
      return
    case 'unary':
      if (!UNARY.has(x.op)) f.add('operator', x.at, `the operator ${x.op} is outside the subset`)
      return
    case 'binary':
      if (!OPERATORS.has(x.op)) f.add('operator', x.at, `the operator ${x.op} is outside the subset`)
      if (['eq', 'ne'].includes(x.op) && x.right.kind === 'var' && x.right.name.toLowerCase() === 'null')
        f.add('null-right', x.at, '$null stands on the left: a list on the left would be filtered')
      return
    case 'cast':
      if (!CASTS.has(typeText(x.type)))
        f.add('cast', x.at, `a cast to [${typeText(x.type)}] is outside the subset`)
      return
    case 'invoke':
      if (x.name.kind !== 'const') f.add('computed-name', x.at, 'the name of a method is written out')
      else if (x.static && String(x.name.value).toLowerCase() === 'new')
        f.add('new', x.at, '::new is not in PowerShell 3; use New-Object')
      else if (!x.static && !METHODS.has(String(x.name.value).toLowerCase()))
        f.add('method', x.at, `the method ${String(x.name.value)} is outside the subset`)
      return
    case 'member':
      if (x.name.kind !== 'const') f.add('computed-name', x.at, 'the name of a property is written out')
  }
}

function command(f: Findings, c: Command, splats: ReturnType<typeof splatsOf>): void {
  if (c.redirections.length > 0) f.add('redirection', c.at, 'redirections are outside the subset')
  const name = commandName(c)
  if (c.invoke !== '' || name === undefined) {
    f.add('invocation', c.at, '& and . are outside the subset')
    return
  }
  const why = BANNED[name.toLowerCase()]
  if (why !== undefined) f.add(name.toLowerCase(), c.at, `${name}: ${why}`)
  if (QUIET.has(name.toLowerCase()) || isProgram(name)) return
  if (errorActionOf(c, splats) !== 'stop') f.add('error-action', c.at, `${name} without -ErrorAction Stop`)
}
