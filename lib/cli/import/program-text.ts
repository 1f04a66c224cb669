import type { Json, JsonObject } from '../../domain/json.ts'
import type { Kind } from '../../kinds/kind.ts'

/** A resource as a program declares it. */
export type Line = {
  readonly token: string
  readonly name: string
  readonly host: string
  /** Inputs without those that are as they are when left out. */
  readonly inputs: JsonObject
  /** What is left as it is, a sentence each. */
  readonly notes: readonly string[]
}

/** Inputs that must be written: those that are not what leaving them out means. */
export function neededInputs(kind: Kind, want: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(want).filter(([name, value]) => {
      const left = kind.props.shape[name]
      if (left === undefined || value === undefined) return false
      const parsed = left instanceof Object && 'safeParse' in left ? left.safeParse(undefined) : undefined
      return !(parsed?.success === true && parsed.data === value)
    }),
  )
}

/** A module of TypeScript that declares these resources, laid out as prettier lays it out. */
export function programText(title: string, lines: readonly Line[]): string {
  const classes = [...new Set(lines.map(({ token }) => classOf(token)))].sort()
  return [
    importLine(classes),
    '',
    `/** ${title} */`,
    'export function imported(): void {',
    ...lines.flatMap(resource).flatMap((text) => text.split('\n').map((line) => `  ${line}`)),
    '}',
    '',
  ].join('\n')
}

const width = 110

function importLine(classes: readonly string[]): string {
  const line = `import { ${classes.join(', ')} } from 'chancery'`
  return line.length <= width
    ? line
    : ['import {', ...classes.map((name) => `  ${name},`), "} from 'chancery'"].join('\n')
}

const classOf = (token: string): string => token.split(':')[1] ?? token

const resource = ({ token, name, host, inputs, notes }: Line): readonly string[] => [
  ...notes.map((note) => `// ${note.replace(/[\r\n\u2028\u2029]+/g, ' ')}`),
  `new ${classOf(token)}(${quoted(name)}, ${object({ host, ...inputs }, '')})`,
]

/** Each property on a line of its own: prettier leaves an object open that begins with a new line. */
function object(value: JsonObject, indent: string): string {
  const inner = `${indent}  `
  const properties = Object.entries(value).map(([name, one]) => `${inner}${name}: ${literal(one, inner)},`)
  return ['{', ...properties, `${indent}}`].join('\n')
}

function literal(value: Json, indent: string): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (!isList(value)) return object(value, indent)
  const inner = `${indent}  `
  const items = value.map((one) => literal(one, inner))
  const line = `[${items.join(', ')}]`
  return items.every((item) => !item.includes('\n')) && line.length + indent.length + 24 <= width
    ? line
    : ['[', ...items.map((item) => `${inner}${item},`), `${indent}]`].join('\n')
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** In single quotes, or in double ones where that needs fewer escapes. */
function quoted(text: string): string {
  const count = (quote: string): number => text.split(quote).length - 1
  const quote = count("'") > count('"') ? '"' : "'"
  const escaped = text.replace(/[\\\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]/gu, escape)
  return `${quote}${escaped.replaceAll(quote, `\\${quote}`)}${quote}`
}

const short: { readonly [char: string]: string } = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

const escape = (char: string): string =>
  short[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
