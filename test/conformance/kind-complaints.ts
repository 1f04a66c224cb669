import { inputRows, outputRows, type Row, withTables } from '../../lib/kinds/reference.ts'
import { type KindFolder, planOf, readText, scriptNames } from './kind-folders.ts'
import { inputComplaints } from './script-inputs.ts'
import { scriptComplaints } from './script-complaints.ts'
import { z } from 'zod'

/** Property names that a Pulumi resource or every resource of ours has already. */
const taken = new Set([
  'id',
  'urn',
  'host',
  'accept',
  'adopt',
  'observed',
  'provider',
  'parent',
  'dependsOn',
  'protect',
])

/** `hyperv/virtual-machine` → `hyperv:VirtualMachine`. */
const tokenOf = (folder: string): string => {
  const [area, name] = folder.split('/')
  return `${area}:${(name ?? '').replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase())}`
}

/** Everything by which a kind's folder is not what the design says, in words for its author. Empty: it conforms. */
export function kindComplaints(one: KindFolder): readonly string[] {
  return [
    ...parts(one),
    ...listing(one),
    ...index(one),
    ...properties(one),
    ...cases(one),
    ...reference(one),
    ...unwritten(one),
    ...scriptNames(one).flatMap((name) => scriptComplaints(name, readText(one.home, name))),
    ...inputComplaints(one),
    ...observation(one),
  ]
}

const parts = ({ files }: KindFolder): readonly string[] =>
  ['index.ts', 'props.ts', 'plan.ts', 'observe.ps1', 'README.md', 'cases']
    .filter((part) => !files.includes(part))
    .map((part) => `${part}: expected, not there`)

/** What the kind says of listing, and the script for it, come together. */
const listing = ({ kind, files }: KindFolder): readonly string[] => {
  const script = files.includes('list.ps1')
  if (kind.listing === undefined) return script ? ['index.ts: expected listing, since list.ps1 is there'] : []
  return script ? [] : ['list.ps1: expected, since index.ts has a listing']
}

function index({ folder, home, kind }: KindFolder): readonly string[] {
  const lines = readText(home, 'index.ts').trimEnd().split('\n').length
  return [
    ...(lines > 40 ? [`index.ts: expected at most 40 lines, got ${lines}`] : []),
    ...(kind.token === tokenOf(folder)
      ? []
      : [`index.ts: token: expected ${tokenOf(folder)}, got ${kind.token}`]),
    ...(/^[A-Z].*\.$/.test(kind.about) ? [] : ['index.ts: about: expected one sentence with a full stop']),
  ]
}

function properties({ kind }: KindFolder): readonly string[] {
  const inputs = Object.keys(kind.props.shape)
  const outputs = Object.keys(kind.outs.shape)
  const unknown = (list: 'references' | 'secrets' | 'replaceOn') =>
    kind[list]
      .filter((name) => !inputs.includes(name))
      .map((name) => `index.ts: ${list}: ${name} is no input`)
  const undescribed = (where: string, rows: readonly Row[]) =>
    rows
      .filter((row) => row.about === '')
      .map((row) => `props.ts: ${where} ${row.name}: expected a description`)
  const named = (where: string, rows: readonly Row[]) =>
    rows
      .filter((row) => !/^[a-z][A-Za-z0-9]*$/.test(row.name.replace(/^.*[.\]]/, '')))
      .map((row) => `props.ts: ${where} ${row.name}: expected camelCase`)
  const found = z.toJSONSchema(kind.found) as { properties?: { [name: string]: { description?: string } } }
  return [
    ...undescribed('input', inputRows(kind)),
    ...undescribed('output', outputRows(kind)),
    ...named('input', inputRows(kind)),
    ...named('output', outputRows(kind)),
    ...Object.entries(found.properties ?? {})
      .filter(([, property]) => property.description === undefined)
      .map(([name]) => `props.ts: found ${name}: expected a description`),
    ...[...inputs, ...outputs]
      .filter((name) => taken.has(name))
      .map((name) => `props.ts: ${name} is taken: every resource has it`),
    ...outputs
      .filter((name) => inputs.includes(name))
      .map((name) => `props.ts: output ${name}: expected another name than an input`),
    ...unknown('references'),
    ...unknown('secrets'),
    ...unknown('replaceOn'),
  ]
}

/** Which cases there are, that they are about the scripts that there are, and that steps say what they change. */
function cases(one: KindFolder): readonly string[] {
  const { kind, home } = one
  const missing = ['create', 'noop', 'change', 'absent', 'refuse']
    .filter((sort) => !one.cases.some(({ name }) => name === sort || name.startsWith(`${sort}-`)))
    .filter((sort) => sort !== 'refuse' || !readText(home, 'README.md').includes('No rule refuses'))
    .map(
      (sort) =>
        `cases/${sort}*.yaml: expected at least one${sort === 'refuse' ? ', or “No rule refuses …” in README.md' : ''}`,
    )
  const steps = one.cases.flatMap((each) => {
    const plan = planOf(kind, each)
    return plan.do === 'steps' ? plan.steps : []
  })
  const used = new Set(steps.map((step) => `${step.verb}.ps1`))
  const inputs = Object.keys(kind.props.shape)
  return [
    ...missing,
    ...[...used]
      .filter((name) => !one.files.includes(name))
      .map((name) => `${name}: expected, since plan.ts names it`),
    ...scriptNames(one)
      .filter((name) => name !== 'observe.ps1' && name !== 'list.ps1' && !used.has(name))
      .map((name) => `${name}: expected a case that runs it`),
    ...steps.flatMap((step) =>
      step.changes
        .filter((name) => !inputs.includes(name))
        .map((name) => `plan.ts: step ${step.verb} changes ${name}, which is no input`),
    ),
  ]
}

/** README.md holds the tables, and names each rule and each error of its own. */
function reference(one: KindFolder): readonly string[] {
  const page = readText(one.home, 'README.md')
  const rules = one.cases.flatMap((each) => {
    const plan = planOf(one.kind, each)
    return plan.do === 'refuse' ? [plan.rule] : []
  })
  const errors = scriptNames(one).flatMap((name) => readText(one.home, name).match(/Chancery\.\w+/g) ?? [])
  return [
    ...(page.startsWith(`# ${one.kind.token}\n\n${one.kind.about}\n`)
      ? []
      : [`README.md: expected to start with “# ${one.kind.token}” and “${one.kind.about}”`]),
    ...['inputs', 'outputs']
      .filter((mark) => !page.includes(`<!-- ${mark} -->`))
      .map((mark) => `README.md: expected the mark <!-- ${mark} -->`),
    ...(withTables(page, one.kind) === page ? [] : ['README.md: tables are out of date: npm run reference']),
    ...[...new Set([...rules, ...errors])]
      .filter((word) => !page.includes(`\`${word}\``))
      .map((word) => `README.md: expected \`${word}\` to be explained`),
  ]
}

/** What the generator leaves to the author. */
const unwritten = (one: KindFolder): readonly string[] =>
  [
    ...one.files.filter((name) => /\.(ts|ps1|md)$/.test(name)),
    ...one.cases.map(({ name }) => `cases/${name}.yaml`),
  ].flatMap((name) =>
    readText(one.home, name)
      .split('\n')
      .flatMap((line, i) =>
        line.includes('WRITE:') ? [`${name}:${i + 1}: ${line.slice(line.indexOf('WRITE:')).trim()}`] : [],
      ),
  )

/** The last object that observe.ps1 prints has exactly the properties of `found`, in its order. */
function observation(one: KindFolder): readonly string[] {
  if (!one.files.includes('observe.ps1')) return []
  const lines = readText(one.home, 'observe.ps1').split('\n')
  const start = lines.findLastIndex(
    (line) => /^ *\[pscustomobject\]@\{$/.test(line) && indent(line) === outermost(lines),
  )
  const end = lines.findIndex(
    (line, i) => i > start && line.trim() === '}' && indent(line) === outermost(lines),
  )
  const printed = lines
    .slice(start + 1, end)
    .filter((line) => indent(line) === outermost(lines) + 4)
    .map((line) => line.trim().split(' ')[0] ?? '')
  const shape = z.toJSONSchema(one.kind.found) as { properties?: object }
  const declared = Object.keys(shape.properties ?? {})
  return printed.join() === declared.join()
    ? []
    : [`observe.ps1: expected to print ${declared.join(', ')} in this order, got ${printed.join(', ')}`]
}

const indent = (line: string): number => line.length - line.trimStart().length
const outermost = (lines: readonly string[]): number =>
  Math.min(...lines.filter((line) => line.trim() === '[pscustomobject]@{').map(indent))
