import { isMap, isNode, isScalar, parseDocument, visit, type Document } from 'yaml'
import { z } from 'zod'
import { didYouMean, nearest, type Complaint, type Position } from './complaint.ts'

/** A YAML file against its schema, whose values know where they stand. */
export type YamlFile<T> = {
  readonly file: string
  /** Undefined when a complaint says why. */
  readonly value: T | undefined
  readonly complaints: readonly Complaint[]
  /** A complaint about the value at a path. */
  complain(path: readonly PropertyKey[], expected: string, fix: string): Complaint
  /** A complaint about the key at a path. */
  complainKey(path: readonly PropertyKey[], expected: string, fix: string): Complaint
}

/** Reads a file; every mistake in it becomes a complaint with the position of the key or value that is wrong. */
export function readYaml<T>(file: string, source: string, schema: z.ZodType<T>): YamlFile<T> {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source
  // What it would warn of is among the errors, or a key that no schema knows: nothing is printed.
  const doc = parseDocument(text, { logLevel: 'error' })
  const at = (offset: number): Position => {
    const before = text.slice(0, offset).split('\n')
    return { file, line: before.length, column: before.at(-1)!.length + 1 }
  }
  const complaint = (
    where: { offset: number; got: string },
    path: readonly PropertyKey[],
    expected: string,
    fix: string,
  ): Complaint => ({
    ...at(where.offset),
    field: path.length === 0 ? 'file' : path.map(String).join('.'),
    expected,
    got: where.got,
    fix,
  })
  const complain = (path: readonly PropertyKey[], expected: string, fix: string) =>
    complaint(valueAt(doc, text, path), path, expected, fix)
  const complainKey = (path: readonly PropertyKey[], expected: string, fix: string) =>
    complaint(keyAt(doc, path) ?? valueAt(doc, text, path), path, expected, fix)
  const done = (value: T | undefined, complaints: readonly Complaint[]): YamlFile<T> => ({
    file,
    value,
    complaints,
    complain,
    complainKey,
  })

  const broken = [...doc.errors, ...doc.warnings]
  if (broken.length > 0)
    return done(
      undefined,
      broken.map((e) => ({
        ...at(e.pos[0]),
        field: 'file',
        expected: 'YAML',
        got: /^[^\s:,\]}]+/.exec(text.slice(e.pos[0]))?.[0] ?? '',
        fix: `${e.message.split(' at line ')[0]}. The rest of the file was not checked.`,
      })),
    )
  const dangling = danglingAliases(doc)
  if (dangling.length > 0)
    return done(
      undefined,
      dangling.map(({ offset, name }) => ({
        ...at(offset),
        field: 'file',
        expected: `an anchor &${name} before its alias`,
        got: `*${name}`,
        fix: 'Put text that begins with * in quotes.',
      })),
    )
  const written = plain(doc)
  if (written === undefined)
    return done(undefined, [
      complain([], 'values written out', 'Aliases stand for too much here; write the values out.'),
    ])
  const input = written.value
  const parsed = schema.safeParse(input, { reportInput: true })
  if (parsed.success) return done(parsed.data, [])
  const misspelt = new Set<string>()
  const complaints: Complaint[] = []
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const missing = hintAt(schema, issue.path).keys.filter((key) => !has(input, [...issue.path, key]))
    for (const key of issue.keys) {
      const meant = nearest(key, missing)
      if (meant !== undefined) misspelt.add([...issue.path, meant].join('.'))
      const fix = meant === undefined ? 'Remove it.' : `Did you mean "${meant}"?`
      complaints.push(complainKey([...issue.path, key], 'a known key', fix))
    }
  }
  for (const issue of parsed.error.issues) {
    // A misspelt key is one mistake: it is not told as a missing one too.
    if (issue.code === 'unrecognized_keys' || misspelt.has(issue.path.join('.'))) continue
    const hint = hintAt(schema, issue.path)
    complaints.push(complain(issue.path, expectedOf(issue, hint), fixOf(issue, hint)))
  }
  return done(undefined, complaints)
}

function danglingAliases(doc: Document): readonly { readonly offset: number; readonly name: string }[] {
  const found: { offset: number; name: string }[] = []
  visit(doc, {
    Alias: (_, alias) => {
      if (alias.resolve(doc) === undefined) found.push({ offset: alias.range?.[0] ?? 0, name: alias.source })
    },
  })
  return found
}

/** The values, or undefined when aliases blow them up beyond the parser's limit. */
function plain(doc: Document): { readonly value: unknown } | undefined {
  try {
    return { value: doc.toJS() as unknown }
  } catch (e) {
    if (e instanceof ReferenceError) return undefined
    throw e
  }
}

const has = (input: unknown, path: readonly PropertyKey[]): boolean => {
  let node = input
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !(key in node)) return false
    node = Reflect.get(node, key)
  }
  return true
}

/** Where a value stands, or the map or list that lacks it. */
function valueAt(doc: Document, text: string, path: readonly PropertyKey[]): { offset: number; got: string } {
  const node = path.length === 0 ? doc.contents : doc.getIn(path, true)
  if (isNode(node) && node.range)
    return { offset: node.range[0], got: text.slice(node.range[0], node.range[1]).trimEnd() }
  for (let n = path.length - 1; n >= 0; n--) {
    const parent = n === 0 ? doc.contents : doc.getIn(path.slice(0, n), true)
    if (isNode(parent) && parent.range) return { offset: parent.range[0], got: '' }
  }
  return { offset: 0, got: '' }
}

function keyAt(doc: Document, path: readonly PropertyKey[]): { offset: number; got: string } | undefined {
  const parent = path.length === 1 ? doc.contents : doc.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  for (const { key } of parent.items) {
    if (isScalar(key) && key.range && String(key.value) === String(path.at(-1)))
      return { offset: key.range[0], got: String(key.value) }
  }
  return undefined
}

function expectedOf(issue: z.core.$ZodIssue, hint: Hint): string {
  switch (issue.code) {
    case 'custom':
    case 'invalid_format':
    case 'too_small':
    case 'too_big':
      return issue.message
    case 'invalid_type':
      return issue.message.startsWith('Invalid input') ? article(issue.expected) : issue.message
    case 'invalid_value':
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${issue.values.map(String).join(', ')}`
    case 'invalid_union':
      return issue.errors.length === 0 && hint.values.length > 0
        ? `one of ${hint.values.join(', ')}`
        : issue.message
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'a known key'
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return issue.message
  }
}

const article = (type: string): string =>
  ({
    object: 'a map of keys',
    record: 'a map of keys',
    array: 'a list',
    string: 'a text',
    boolean: 'true or false',
    int: 'a whole number',
    number: 'a number',
  })[type] ?? type

function fixOf(issue: z.core.$ZodIssue, hint: Hint): string {
  const given = issue.code === 'custom' ? issue.params?.['fix'] : undefined
  if (typeof given === 'string') return given
  if (issue.code === 'invalid_value' && typeof issue.input === 'string') {
    const near = didYouMean(issue.input, issue.values.map(String))
    if (near !== '') return near
  }
  if (issue.code === 'invalid_union' && issue.errors.length === 0) {
    const near = didYouMean(String(read(issue.input, String(issue.path.at(-1))) ?? ''), hint.values)
    if (near !== '') return near
  }
  const name = String(issue.path.at(-1) ?? 'it')
  const missing = issue.input === undefined && issue.code === 'invalid_type'
  if (hint.example !== undefined)
    return missing ? `Add ${name}: ${hint.example}, for example.` : `Write ${hint.example}, for example.`
  return missing ? `Add ${name}.` : `Change ${name} to that.`
}

/** What the schema says of a path: keys that may be there, constants that a value may be, an example. */
type Hint = {
  readonly keys: readonly string[]
  readonly values: readonly string[]
  readonly example: string | undefined
}

function hintAt(schema: z.ZodType, path: readonly PropertyKey[]): Hint {
  let nodes: unknown[] = alternatives(jsonSchemaOf(schema))
  for (const key of path) {
    nodes = nodes.flatMap((node) => {
      const next =
        typeof key === 'number'
          ? read(node, 'items')
          : (read(read(node, 'properties'), String(key)) ?? read(node, 'additionalProperties'))
      return next === undefined ? [] : alternatives(next)
    })
  }
  const keys = nodes.flatMap((node) => Object.keys(Object(read(node, 'properties'))))
  const examples = nodes.map((node) => read(node, 'examples')).find(Array.isArray)
  const values = nodes.map((node) => read(node, 'const')).filter((value) => typeof value === 'string')
  return {
    keys: [...new Set(keys)],
    values,
    example: examples === undefined ? undefined : JSON.stringify(examples[0]).replaceAll('"', "'"),
  }
}

const jsonSchemas = new WeakMap<z.ZodType, unknown>()

function jsonSchemaOf(schema: z.ZodType): unknown {
  const known = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input' })
  jsonSchemas.set(schema, known)
  return known
}

const alternatives = (node: unknown): unknown[] => {
  const options = read(node, 'anyOf') ?? read(node, 'oneOf')
  return Array.isArray(options) ? [node, ...options.flatMap(alternatives)] : [node]
}

const read = (node: unknown, key: string): unknown =>
  typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined
