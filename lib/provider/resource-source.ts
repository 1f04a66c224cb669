import { z } from 'zod'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { acceptEntry, acceptText } from './accept.ts'
import { adoptText } from './inputs.ts'

type Schema = { readonly [key: string]: unknown }

/** TypeScript source of the resource class of a kind: props with their doc comments, outputs, and nested types. */
export function resourceSource({ kind }: LoadedKind): string {
  const name = className(kind.token)
  const nested: string[] = []
  const inputs = properties(json(kind.props, 'input'), name, nested, true)
  const outputs = properties(json(kind.outs, 'output'), `${name}Output`, nested, false)
  const own = [
    '/** Id of the host in the inventory. Another host is another resource. */\nhost: pulumi.Input<string>',
    `/** ${adoptText} */\nadopt?: pulumi.Input<boolean | string>`,
    `/** ${acceptText} */\naccept?: pulumi.Input<pulumi.Input<Accept>[]>`,
  ]
  return [
    '// Written by `npm run resources` from the schema of the kind. Do not edit.',
    "import * as pulumi from '@pulumi/pulumi'",
    "import type { Accept } from './accept.ts'",
    '',
    ...nested,
    `/** Inputs of \`${name}\`. */`,
    `export interface ${name}Args {`,
    ...[...own, ...inputs.map((p) => p.input)].map(indent),
    '}',
    '',
    `/** ${kind.about} */`,
    `export class ${name} extends pulumi.CustomResource {`,
    ...['host', ...inputs.map((p) => p.name)].map((p) => declared(p, inputs, outputs)),
    ...outputs.filter((o) => !inputs.some((i) => i.name === o.name)).map((o) => indent(o.output)),
    `  constructor(name: string, args: ${name}Args, options?: pulumi.CustomResourceOptions) {`,
    `    const outs = { ${outputs
      .filter((o) => !inputs.some((i) => i.name === o.name))
      .map((o) => `${o.name}: undefined`)
      .join(', ')} }`,
    `    super('chancery:${kind.token}', name, { ...outs, ...args }, options)`,
    '  }',
    '}',
    '',
  ].join('\n')
}

/** Source of the type of the entries of `accept`. */
export function acceptSource(): string {
  const lines = properties(json(acceptEntry, 'input'), 'Accept', [], true).map(({ input }) => indent(input))
  return [
    '// Written by `npm run resources` from the schema of `accept`. Do not edit.',
    "import type * as pulumi from '@pulumi/pulumi'",
    '',
    '/** A difference between what is declared and what is found that is accepted for a time. */',
    'export interface Accept {',
    ...lines,
    '}',
    '',
  ].join('\n')
}

/** `windows:File` → `File`. */
const className = (token: string): string => token.split(':')[1] ?? token

type Property = { readonly name: string; readonly input: string; readonly output: string }

function declared(name: string, inputs: readonly Property[], outputs: readonly Property[]): string {
  if (name === 'host') return '  declare readonly host: pulumi.Output<string>'
  const property = outputs.find((o) => o.name === name) ?? inputs.find((i) => i.name === name)
  return indent(property?.output ?? '')
}

function properties(schema: Schema, owner: string, nested: string[], input: boolean): Property[] {
  const required = new Set((schema['required'] as string[] | undefined) ?? [])
  return Object.entries((schema['properties'] as { [name: string]: Schema } | undefined) ?? {}).map(
    ([name, value]) => {
      const type = typeOf(value, `${owner}${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`, nested, input)
      const doc =
        typeof value['description'] === 'string'
          ? `/** ${value['description'].replaceAll('*/', '* /')} */\n`
          : ''
      const optional = required.has(name) ? '' : '?'
      return {
        name,
        input: `${doc}${name}${optional}: pulumi.Input<${type}>`,
        output: `${doc}declare readonly ${name}: pulumi.Output<${plain(type)}${required.has(name) ? '' : ' | undefined'}>`,
      }
    },
  )
}

/** The type of an output: nested inputs resolved. */
const plain = (type: string): string =>
  type.includes('pulumi.Input<') || /[A-Z]\w*Args/.test(type) ? `pulumi.Unwrap<${type}>` : type

function typeOf(schema: Schema, name: string, nested: string[], input: boolean): string {
  const options = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined
  if (options !== undefined) return options.map((o) => typeOf(o, name, nested, input)).join(' | ')
  if (Array.isArray(schema['enum']))
    return (schema['enum'] as unknown[]).map((v) => JSON.stringify(v)).join(' | ')
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  const types = (Array.isArray(schema['type']) ? schema['type'] : [schema['type']]) as string[]
  return types.map((type) => oneType(type, schema, name, nested, input)).join(' | ')
}

function oneType(type: string, schema: Schema, name: string, nested: string[], input: boolean): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'integer':
    case 'number':
      return 'number'
    case 'array': {
      const item = typeOf(
        (schema['items'] as Schema | undefined) ?? {},
        name.replace(/ies$/, 'y').replace(/s$/, ''),
        nested,
        input,
      )
      return input ? `pulumi.Input<${item}>[]` : `(${item})[]`
    }
    case 'object': {
      if (schema['properties'] === undefined) return '{ [key: string]: unknown }'
      const args = input ? `${name}Args` : name
      const body = properties(schema, name, nested, input).map((p) =>
        indent(input ? p.input : p.input.replaceAll('pulumi.Input<', '(').replaceAll('>', ')')),
      )
      nested.push(
        `/** ${typeof schema['description'] === 'string' ? schema['description'] : `Part of \`${name}\`.`} */\nexport interface ${args} {\n${body.join('\n')}\n}\n`,
      )
      return args
    }
    default:
      return 'unknown'
  }
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

const json = (type: z.ZodObject, io: 'input' | 'output'): Schema =>
  z.toJSONSchema(type, { io, unrepresentable: 'any', target: 'draft-7' }) as Schema
